package io.moa.registry.redis;

import io.moa.discovery.Address;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The other node while a slot of a Cluster is on its way: what has moved already, or is to be created, is asked for there, each
 * time with {@code ASKING} before it. Its connection opens with the first such answer and closes with the connection it belongs
 * to, or when it breaks. Belongs to the connection's thread.
 *
 * <p>A script is not followed. It names one key and touches others; those that have not moved yet it would create anew at the
 * other node, and the move could never end.
 */
final class AskedNode implements AutoCloseable {

    private final RedisConfig config;
    private final Address.Tcp from;
    private @Nullable RedisConnection open;

    AskedNode(RedisConfig config, Address.Tcp from) {
        this.config = config;
        this.from = from;
    }

    /** Asks again for each command that was sent on; each is one of its own. */
    List<@Nullable Object> followEach(List<RedisCommand> commands, List<@Nullable Object> replies) {
        List<Integer> sentOn = new ArrayList<>();
        List<RedisCommand> again = new ArrayList<>();
        RedisError first = null;
        for (int i = 0; i < replies.size(); i++) {
            if (replies.get(i) instanceof RedisError error
                    && error.askAt() != null
                    && !commands.get(i).isScript()) {
                first = first == null ? error : first;
                sentOn.add(i);
                again.add(RedisCommand.of("ASKING"));
                again.add(commands.get(i));
            }
        }
        List<@Nullable Object> answers = first == null ? null : ask(first, again);
        if (answers != null) {
            for (int i = 0; i < sentOn.size(); i++) {
                replies.set(sentOn.get(i), answers.get(2 * i + 1));
            }
        }
        return replies;
    }

    /** Runs a transaction again, as a whole, if a part of it was sent on. Redis runs it only if all its keys are there. */
    List<@Nullable Object> followTogether(List<RedisCommand> commands, List<@Nullable Object> replies) {
        for (Object reply : replies) {
            if (reply instanceof RedisError error && error.askAt() != null) {
                List<RedisCommand> again = new ArrayList<>(commands.size() + 1);
                again.add(RedisCommand.of("ASKING"));
                again.addAll(commands);
                List<@Nullable Object> answers = ask(error, again);
                return answers == null ? replies : answers.subList(1, answers.size());
            }
        }
        return replies;
    }

    /** The answers of the node that was named; null if it gives none, and what was answered before stands. */
    private @Nullable List<@Nullable Object> ask(RedisError where, List<RedisCommand> commands) {
        try {
            Address.Tcp address = address(String.valueOf(where.askAt()));
            RedisConnection connection = open;
            if (connection == null || !connection.address().equals(address)) {
                close();
                connection = RedisConnection.openAsked(config, address);
                open = connection;
            }
            return connection.exchange(commands);
        } catch (IOException | RedisError | IllegalArgumentException e) {
            close();
            return null;
        }
    }

    private Address.Tcp address(String target) {
        int colon = target.lastIndexOf(':');
        // An empty host means the one that answered.
        String host = colon > 0 ? target.substring(0, colon) : from.host();
        return new Address.Tcp(host, Integer.parseInt(target.substring(colon + 1)));
    }

    @Override
    public void close() {
        RedisConnection closing = open;
        open = null;
        if (closing != null) {
            closing.close();
        }
    }
}
