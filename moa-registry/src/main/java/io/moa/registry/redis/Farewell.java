package io.moa.registry.redis;

import io.moa.discovery.ServiceId;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Takes a process out of Redis, unless somebody else has registered it since. While Redis has no memory left, looking and taking
 * are two steps: if memory comes free between them and another registers the same uuid, its entry is taken away, and comes back
 * with its next heartbeat.
 *
 * @param stamp of the registration that ends
 */
record Farewell(RedisKeys keys, String uuid, RegistrationStamp stamp) {

    /** Judges what became of the commands; throws what must be tried again. */
    @FunctionalInterface
    interface Outcome {
        void take(List<RedisCommand> commands, List<@Nullable Object> results) throws IOException;
    }

    /**
     * Says it once.
     *
     * @param services wherever the process may be listed
     * @param outcome told unless somebody else stands there
     * @throws RedisError if Redis refuses it
     */
    void say(RedisConnection connection, Set<ServiceId> services, Outcome outcome) throws IOException {
        boolean outOfMemory = false;
        while (true) {
            // Only this uuid's key is watched: what others do at the same time does not matter.
            if (!outOfMemory) {
                connection.call("WATCH", keys.lease(uuid));
            }
            String found = Replies.text(connection.call("HGET", keys.revisions(), uuid));
            if (found != null && !stamp.isOf(found)) {
                if (!outOfMemory) {
                    connection.call("UNWATCH");
                }
                return;
            }
            List<RedisCommand> commands = commands(services, !outOfMemory);
            List<@Nullable Object> results;
            try {
                // Without memory Redis queues nothing for a transaction, so nothing can be watched either. Nor can
                // anybody register meanwhile, unless memory comes free just now.
                results = outOfMemory ? connection.pipeline(commands) : connection.together(commands);
            } catch (RedisError e) {
                if (outOfMemory || !e.isOutOfMemory()) {
                    throw e;
                }
                outOfMemory = true; // what takes room was refused; what makes room is not
                continue;
            }
            if (results != null) {
                outcome.take(commands, results);
                return;
            }
        }
    }

    private List<RedisCommand> commands(Set<ServiceId> services, boolean logged) {
        List<RedisCommand> commands = new ArrayList<>();
        commands.add(RedisCommand.of("DEL", keys.lease(uuid)));
        commands.add(RedisCommand.of("HDEL", keys.revisions(), uuid));
        commands.add(RedisCommand.of("HDEL", keys.processes(), uuid));
        for (ServiceId service : services) {
            commands.add(RedisCommand.of("HDEL", keys.members(service), uuid));
        }
        if (logged) {
            ChangeLog.tell(commands, keys, services, uuid, ChangeLog.LEFT);
            ChangeLog.tellAll(commands, keys, uuid, ChangeLog.LEFT);
        }
        return commands;
    }
}
