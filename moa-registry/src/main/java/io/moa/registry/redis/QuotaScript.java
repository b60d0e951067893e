package io.moa.registry.redis;

/**
 * Shares of quotas, in the language of Redis: the arithmetic of {@link io.moa.registry.quota.QuotaPool}, on Redis's own clock, so that no
 * process's clock matters.
 */
final class QuotaScript {

    private QuotaScript() {}

    /** Sets {@code now}, in milliseconds; a test puts a clock of its own in its place. */
    static final String CLOCK = """
            local time = redis.call('TIME')
            local now = tonumber(time[1]) * 1000 + math.floor(tonumber(time[2]) / 1000)
            """;

    /**
     * Keys: one hash for each quota. Arguments, for each: member, quota, wanted, held, returned. Returns for each the calls and the number of
     * members. What somebody else wrote into a hash is taken for nothing.
     */
    static final String SHARES = """
            local function number(text) return tonumber(text or '') or 0 end
            local function whole(value) return string.format('%.0f', value) end
            local function exact(value) return string.format('%.17g', value) end

            local function parts(text)
              local wanted, seen, earned = string.match(text, '^(%S+) (%S+) (%S+)$')
              return number(wanted), number(seen), number(earned)
            end

            local function shareOut(key, quota)
              local wishes, gone = {}, {}
              local fields = redis.call('HGETALL', key)
              for i = 1, #fields, 2 do
                if string.sub(fields[i], 1, 1) == 'm' then
                  local wanted, seen = parts(fields[i + 1])
                  if now - seen > 3000 then gone[#gone + 1] = fields[i] else wishes[#wishes + 1] = wanted end
                end
              end
              for i = 1, #gone do redis.call('HDEL', key, gone[i]) end
              table.sort(wishes)
              local left = quota
              for i = 1, #wishes do
                local alike = left / (#wishes - i + 1)
                if wishes[i] > alike then return alike, 0, #wishes end
                left = left - wishes[i]
              end
              return quota, left / math.max(1, #wishes), #wishes
            end

            local answers = {}
            for k = 1, #KEYS do
              local key, a = KEYS[k], (k - 1) * 5
              local field, quota = 'm' .. ARGV[a + 1], number(ARGV[a + 2])
              local wanted, held, returned = number(ARGV[a + 3]), number(ARGV[a + 4]), number(ARGV[a + 5])
              local known = redis.call('HMGET', key, 'calls', 'at', 'level', 'spare', 'leveled', 'members', field)
              local calls, at, level, spare = number(known[1]), number(known[2]), number(known[3]), number(known[4])
              local leveled, members = number(known[5]), number(known[6])
              if not known[2] or now < at then
                redis.call('DEL', key)
                calls, at, leveled, known[7] = math.max(1, quota * 0.1), now, now - 100, false
              end
              local room = math.max(2, quota * 0.25)
              calls = math.min(room, calls + quota * (now - at) / 1000 + math.max(0, returned))
              local first = not known[7]
              local seen, earned = now, 0
              if not first then
                local ignored
                ignored, seen, earned = parts(known[7])
              end
              local earning = math.min(500, now - seen) / 1000
              if first or now - leveled >= 100 then
                redis.call('HSET', key, field, exact(wanted) .. ' ' .. whole(now) .. ' 0')
                level, spare, members = shareOut(key, quota)
                leveled = now
              end
              local share = math.min(wanted, level) + spare
              local ahead = share * 0.2
              if wanted > 0 or members <= quota then ahead = math.max(1, ahead) end
              if first then earned = earned + ahead else earned = earned + share * earning end
              earned = math.min(math.max(1, ahead), earned)
              local given = math.floor(ahead + 1e-6) - held
              if given > 0 then
                local forAll = math.max(0, calls - room / 2)
                given = math.floor(math.min(given, calls, math.max(earned, forAll)) + 1e-6)
                calls = calls - given
                earned = math.max(0, earned - given)
              end
              redis.call('HSET', key, 'calls', exact(calls), 'at', whole(now), 'level', exact(level),
                'spare', exact(spare), 'leveled', whole(leveled), 'members', members,
                field, exact(wanted) .. ' ' .. whole(now) .. ' ' .. exact(earned))
              redis.call('PEXPIRE', key, 60000)
              answers[#answers + 1] = given
              answers[#answers + 1] = members
            end
            return answers
            """;
}
