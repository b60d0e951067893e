package io.moa.registry.redis;

/**
 * What watchers do in one step, in the language of Redis. Each is given its keys by name, and reads Redis's own clock, so that
 * no watcher's clock matters.
 */
final class WatchScripts {

    private WatchScripts() {}

    /** Names of keys as the scripts know them; the first argument of each script is the prefix with its braces and colon. */
    private static final String NAMES = """
            local base = ARGV[1]
            local function alive(watcher) return redis.call('EXISTS', base .. 'w:' .. watcher) == 1 end
            """;

    /** Arguments: base, watcher, fit (1 or 0), lease in ms, letters kept. Returns watchers with fitness, parts, letters. */
    static final String RENEW = NAMES + """
                    local watcher = ARGV[2]
                    local mine = base .. 'wl:' .. watcher
                    if not alive(watcher) then redis.call('DEL', mine) end
                    redis.call('SET', base .. 'w:' .. watcher, ARGV[3], 'PX', ARGV[4])
                    redis.call('HSET', base .. 'ws', watcher, ARGV[3])
                    local known = redis.call('HGETALL', base .. 'ws')
                    local watchers = {}
                    for i = 1, #known, 2 do
                      if alive(known[i]) then
                        watchers[#watchers + 1] = known[i]
                        watchers[#watchers + 1] = known[i + 1]
                      else
                        redis.call('HDEL', base .. 'ws', known[i])
                      end
                    end
                    local letters = redis.call('LRANGE', mine, 0, -1)
                    redis.call('DEL', mine)
                    return {watchers, redis.call('HGETALL', base .. 'wp'), letters}
                    """;

    /** Arguments: base, watcher, floor, parts. Returns the parts given; the fence is the first element, 0 for none. */
    static final String CLAIM = NAMES + """
                    local watcher = ARGV[2]
                    if not alive(watcher) then return {'0'} end
                    local before = tonumber(redis.pcall('GET', base .. 'fence')) or 0
                    if not (before < 2 ^ 53) then before = 0 end -- somebody's joke: beyond, no number has a next one
                    local fence = string.format('%.0f', math.max(before, tonumber(ARGV[3])) + 1)
                    redis.call('SET', base .. 'fence', fence) -- whatever stood there
                    local given = {fence}
                    for i = 4, #ARGV do
                      local held = redis.call('HGET', base .. 'wp', ARGV[i])
                      local holder = held and string.match(held, '^%d+ (.*)$')
                      if not holder or holder == watcher or not alive(holder) then
                        redis.call('HSET', base .. 'wp', ARGV[i], fence .. ' ' .. watcher)
                        given[#given + 1] = ARGV[i]
                      end
                    end
                    return given
                    """;

    /** Arguments: base, then part and "fence watcher" by turns. */
    static final String RELEASE = NAMES + """
                    for i = 2, #ARGV, 2 do
                      if redis.call('HGET', base .. 'wp', ARGV[i]) == ARGV[i + 1] then
                        redis.call('HDEL', base .. 'wp', ARGV[i])
                      end
                    end
                    return 'OK'
                    """;

    /** Arguments: base, then uuids. Takes away the marks of those that have no record; how many. */
    static final String FORGET_MARKS = """
                    local gone = 0
                    for i = 2, #ARGV do
                      if redis.call('HEXISTS', ARGV[1] .. 'p', ARGV[i]) == 0 then
                        gone = gone + redis.call('HDEL', ARGV[1] .. 'm', ARGV[i])
                      end
                    end
                    return gone
                    """;

    /** Arguments: base, watcher. */
    static final String LEAVE = NAMES + """
                    local watcher = ARGV[2]
                    redis.call('DEL', base .. 'w:' .. watcher, base .. 'wl:' .. watcher)
                    redis.call('HDEL', base .. 'ws', watcher)
                    local parts = redis.call('HGETALL', base .. 'wp')
                    for i = 1, #parts, 2 do
                      if string.match(parts[i + 1], '^%d+ (.*)$') == watcher then
                        redis.call('HDEL', base .. 'wp', parts[i])
                      end
                    end
                    return 'OK'
                    """;

    /** Arguments: base, the most letters that wait, how long they wait in ms, then watcher and letter by turns. */
    static final String SEND = NAMES + """
                    for i = 4, #ARGV, 2 do
                      if alive(ARGV[i]) then
                        local box = base .. 'wl:' .. ARGV[i]
                        redis.call('RPUSH', box, ARGV[i + 1])
                        redis.call('LTRIM', box, -tonumber(ARGV[2]), -1)
                        redis.call('PEXPIRE', box, ARGV[3])
                      end
                    end
                    return 'OK'
                    """;

    /**
     * Arguments: base, watcher, window in ms, evidence kept, how long in ms, longest record, entries of a service's log, of
     * the log of all; then for each verdict: part, fence, uuid, change, mark, evidence, number of allowances, and scope and
     * limit of each. Returns a word for each verdict: APPLIED, STALE, GONE, or FUSE and the scope.
     *
     * <p>Whom to tell is read from the instance's own record. That was written by others, so a bad one is told nobody; and what
     * stands under a name that they chose, such as something that is no log, must not end the script in the middle.
     */
    static final String WRITE = NAMES + """
                    local watcher, window = ARGV[2], tonumber(ARGV[3])
                    local time = redis.call('TIME')
                    local now = tonumber(time[1]) * 1000 + math.floor(tonumber(time[2]) / 1000)
                    local holds = alive(watcher)

                    local function said(uuid)
                      local names, withdrawn = {}, false
                      local record = redis.call('HGET', base .. 'p', uuid)
                      if record and #record <= tonumber(ARGV[6]) then
                        local good, read = pcall(cjson.decode, record)
                        if good and type(read) == 'table' then
                          withdrawn = read.withdrawn == true
                          if type(read.exports) == 'table' then
                            for _, export in ipairs(read.exports) do
                              if type(export) == 'table' and type(export.service) == 'string' then
                                names[#names + 1] = export.service
                              end
                            end
                          end
                        end
                      end
                      return names, withdrawn
                    end

                    local function log(key, entries, uuid, word)
                      local done = redis.pcall('XADD', key, 'MAXLEN', '~', entries, '*', 'u', uuid, 'w', word)
                      if type(done) == 'table' and done.err and string.find(done.err, 'exhausted', 1, true) then
                        redis.call('DEL', key)
                        redis.pcall('XADD', key, 'MAXLEN', '~', entries, '*', 'u', uuid, 'w', word)
                      end
                    end

                    local function tell(uuid, names, word)
                      for _, name in ipairs(names) do
                        log(base .. 'g:' .. name, ARGV[7], uuid, word)
                        redis.call('PUBLISH', base .. 'h:' .. name, '')
                      end
                      log(base .. 'g', ARGV[8], uuid, word)
                      redis.call('PUBLISH', base .. 'h', '')
                    end

                    local function marked(uuid)
                      local mark = redis.call('HGET', base .. 'm', uuid)
                      if not mark then return 'ONLINE' end
                      local good, read = pcall(cjson.decode, mark)
                      return good and type(read) == 'table' and read.liveness or 'ONLINE'
                    end

                    local function write(part, fence, uuid, change, mark, evidence, allowances)
                      if not holds or redis.call('HGET', base .. 'wp', part) ~= fence .. ' ' .. watcher then
                        return 'STALE'
                      end
                      if redis.call('HEXISTS', base .. 'p', uuid) == 0 then return 'GONE' end
                      local before = marked(uuid)
                      local names, withdrawn = said(uuid)
                      if change == 'REMOVE' and before ~= 'OFFLINE' then
                        for _, allowance in ipairs(allowances) do
                          local key = base .. 'wf:' .. allowance[1]
                          local pruned = redis.pcall('ZREMRANGEBYSCORE', key, '-inf', now - window)
                          if type(pruned) == 'table' and pruned.err then redis.call('DEL', key) end -- no fuse of ours
                          if redis.call('ZCARD', key) >= tonumber(allowance[2]) then return 'FUSE ' .. allowance[1] end
                        end
                        for _, allowance in ipairs(allowances) do
                          local key = base .. 'wf:' .. allowance[1]
                          redis.call('ZADD', key, now, uuid .. ' ' .. time[1] .. ' ' .. time[2])
                          redis.call('PEXPIRE', key, window)
                        end
                      end
                      if change == 'FORGET' then
                        local left = withdrawn and redis.call('EXISTS', base .. 'l:' .. uuid) == 0
                        if before ~= 'OFFLINE' and not left then return 'GONE' end
                        redis.call('HDEL', base .. 'p', uuid)
                        redis.call('HDEL', base .. 'r', uuid)
                        redis.call('HDEL', base .. 'm', uuid)
                        redis.call('DEL', base .. 'l:' .. uuid)
                        for _, name in ipairs(names) do redis.pcall('HDEL', base .. 's:' .. name, uuid) end
                      elseif mark == '' then
                        redis.call('HDEL', base .. 'm', uuid)
                      else
                        redis.call('HSET', base .. 'm', uuid, mark)
                      end
                      redis.pcall('LPUSH', base .. 'e:' .. uuid, evidence)
                      redis.pcall('LTRIM', base .. 'e:' .. uuid, 0, tonumber(ARGV[4]) - 1)
                      redis.pcall('PEXPIRE', base .. 'e:' .. uuid, ARGV[5])
                      if change == 'FORGET' then
                        tell(uuid, names, withdrawn and 'left' or 'marked')
                      elseif marked(uuid) ~= before then
                        tell(uuid, names, 'marked')
                      end
                      return 'APPLIED'
                    end

                    local results = {}
                    local at = 9
                    while at <= #ARGV do
                      local allowances = {}
                      for i = 0, tonumber(ARGV[at + 6]) - 1 do
                        allowances[#allowances + 1] = {ARGV[at + 7 + 2 * i], ARGV[at + 8 + 2 * i]}
                      end
                      results[#results + 1] =
                        write(ARGV[at], ARGV[at + 1], ARGV[at + 2], ARGV[at + 3], ARGV[at + 4], ARGV[at + 5], allowances)
                      at = at + 7 + 2 * #allowances
                    end
                    return results
                    """;
}
