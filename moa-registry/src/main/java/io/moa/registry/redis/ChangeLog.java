package io.moa.registry.redis;

import io.moa.discovery.ServiceId;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Says what changed: in the log of each service that it concerns, and once in the log of all processes, which those read who
 * follow everything. An entry names the process and one word; what is true now, its readers read from the hashes.
 */
final class ChangeLog {

    /** The process says something new of itself, or is there again. */
    static final String CHANGED = "changed";

    /** The process itself has withdrawn, from this service or altogether. Nobody else writes this word. */
    static final String LEFT = "left";

    /** An operator has decided something. */
    static final String DECIDED = "decided";

    /** A watcher has marked or unmarked the process. */
    static final String MARKED = "marked";

    /** Whose entry it is. */
    static final String UUID = "u";

    /** Which of the words. */
    static final String WORD = "w";

    private static final int OF_A_SERVICE = 1_000;
    private static final int OF_ALL = 10_000;

    private ChangeLog() {}

    /** Adds an entry for the process to the log of each service, and tells their followers to look. */
    static void tell(
            List<RedisCommand> commands, RedisKeys keys, Collection<ServiceId> services, String uuid, String word) {
        for (ServiceId service : services) {
            append(commands, keys.log(service), OF_A_SERVICE, uuid, word);
            commands.add(RedisCommand.of("PUBLISH", keys.hint(service), ""));
        }
    }

    /** Adds an entry for the process to the log of all. */
    static void tellAll(List<RedisCommand> commands, RedisKeys keys, String uuid, String word) {
        append(commands, keys.logOfAll(), OF_ALL, uuid, word);
        commands.add(RedisCommand.of("PUBLISH", keys.hintOfAll(), ""));
    }

    /**
     * Begins those logs anew that refused an entry because somebody had given them the last id there is: they would take no entry
     * ever again. Who follows one sees that it is another log, and reads the whole list.
     */
    static void beginAnew(RedisConnection connection, List<RedisCommand> commands, List<@Nullable Object> results)
            throws IOException {
        List<RedisCommand> again = new ArrayList<>();
        for (int i = 0; i < results.size(); i++) {
            if (results.get(i) instanceof RedisError error && error.isLogExhausted()) {
                again.add(RedisCommand.of("DEL", commands.get(i).key()));
                again.add(commands.get(i));
                again.add(commands.get(i + 1)); // its hint
            }
        }
        if (!again.isEmpty()) {
            connection.together(again);
        }
    }

    private static void append(List<RedisCommand> commands, String log, int length, String uuid, String word) {
        commands.add(RedisCommand.of("XADD", log, "MAXLEN", "~", length, "*", UUID, uuid, WORD, word));
    }
}
