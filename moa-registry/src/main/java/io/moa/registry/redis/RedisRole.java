package io.moa.registry.redis;

import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;

/**
 * Who uses the registry, and what Redis should let them do: the text of an ACL, written from the same names of keys that the
 * registry uses. No role may list keys, change settings or flush; only {@link #WATCHER} and {@link #SHARER} may run scripts.
 *
 * <p>A Redis before 7.0 cannot allow a key to be read and not to be written. There, a {@link #PROCESS} that runs commands of
 * its own choice could write marks and decisions; use the text for 7.0 where you can.
 */
public enum RedisRole {

    /** Follows services and rules, and changes nothing: a client, a lookup, {@code ls}. */
    READER,

    /** Offers services, and follows others: every application. */
    PROCESS,

    /** A process that shares quotas, too: who provides or calls a method with one. A script that never ends would hold Redis up. */
    SHARER,

    /** Marks instances that cannot be reached, by scripts that check its fence, and takes away what is long gone. */
    WATCHER,

    /** Decides about instances and rules. */
    OPERATOR;

    private static final List<String> CONNECTION =
            List.of("auth", "ping", "client|setname", "role", "exists", "asking", "subscribe", "unsubscribe");
    private static final List<String> READING = List.of(
            "hget", "hmget", "hkeys", "hexists", "hgetall", "xread", "xrevrange", "pttl", "lrange", "get", "time");
    private static final List<String> TOGETHER = List.of("multi", "exec", "watch", "unwatch");
    private static final List<String> WRITING = List.of("hset", "hdel", "xadd", "publish");

    /**
     * The rules of the role, as {@code ACL SETUSER <name>} or a line {@code user <name>} of Redis's configuration takes them
     * behind the password.
     *
     * @param prefix the registry's, as in {@link RedisConfig#prefix()}
     * @param readOnlyKeys whether Redis knows {@code %R~}, as it does from 7.0 on
     */
    public List<String> rules(String prefix, boolean readOnlyKeys) {
        RedisKeys keys = new RedisKeys(prefix);
        List<String> rules = new ArrayList<>(List.of("resetkeys", "resetchannels", "-@all"));
        List<String> written = written(keys);
        if (readOnlyKeys) {
            rules.add("%R~" + keys.all());
            written.forEach(key -> rules.add("~" + key));
        } else {
            rules.add("~" + keys.all());
        }
        rules.add("&" + keys.hintOfAll());
        rules.add("&" + keys.hintOfAll() + ":*");
        rules.add("&" + keys.ruleHint());
        commands().forEach(command -> rules.add("+" + command));
        return rules;
    }

    /** {@link #rules} in one line. */
    public String text(String prefix, boolean readOnlyKeys) {
        return String.join(" ", rules(prefix, readOnlyKeys));
    }

    private List<String> written(RedisKeys keys) {
        String logs = keys.logOfAll();
        return switch (this) {
            case READER -> List.of();
            case PROCESS ->
                List.of(
                        keys.processes(),
                        keys.revisions(),
                        keys.lease("*"),
                        keys.membersPattern(),
                        keys.services(),
                        logs,
                        logs + ":*",
                        keys.contract("*"),
                        keys.complaints("*"));
            case SHARER ->
                Stream.concat(PROCESS.written(keys).stream(), Stream.of(keys.quota("*")))
                        .toList();
            case WATCHER -> List.of(keys.all());
            case OPERATOR ->
                List.of(
                        keys.decisions(),
                        keys.placeDecisions(),
                        keys.rules(),
                        keys.settings(),
                        keys.ruleLog(),
                        logs,
                        logs + ":*");
        };
    }

    private List<String> commands() {
        Stream<List<String>> groups =
                switch (this) {
                    // A list of rules is read in one transaction, so that it is one version of them.
                    case READER -> Stream.of(CONNECTION, READING, TOGETHER);
                    case PROCESS ->
                        Stream.of(CONNECTION, READING, TOGETHER, WRITING, List.of("set", "del", "hlen", "pexpire"));
                    case SHARER -> Stream.of(PROCESS.commands(), List.of("eval"));
                    case WATCHER ->
                        Stream.of(
                                CONNECTION,
                                READING,
                                TOGETHER,
                                WRITING,
                                List.of(
                                        "set",
                                        "del",
                                        "hlen",
                                        "pexpire",
                                        "lpush",
                                        "rpush",
                                        "ltrim",
                                        "zadd",
                                        "zcard",
                                        "zremrangebyscore",
                                        "eval"));
                    case OPERATOR -> Stream.of(CONNECTION, READING, TOGETHER, WRITING);
                };
        return groups.flatMap(List::stream).toList();
    }
}
