package io.moa.registry.redis;

import java.nio.charset.StandardCharsets;
import redis.clients.jedis.CommandArguments;
import redis.clients.jedis.commands.ProtocolCommand;

/** One command, ready to be sent. Immutable once made. */
final class RedisCommand {

    /** A command's name as Jedis wants it. */
    private record Name(byte[] raw) implements ProtocolCommand {
        @Override
        public byte[] getRaw() {
            return raw;
        }
    }

    private final CommandArguments arguments;
    private final String name;

    private RedisCommand(String name, CommandArguments arguments) {
        this.name = name;
        this.arguments = arguments;
    }

    /**
     * A command with its arguments.
     *
     * @param parts strings, byte arrays or numbers; a collection stands for its elements
     */
    static RedisCommand of(String name, Object... parts) {
        CommandArguments arguments = new CommandArguments(new Name(name.getBytes(StandardCharsets.US_ASCII)));
        for (Object part : parts) {
            if (part instanceof Iterable<?> several) {
                several.forEach(one -> add(arguments, one));
            } else {
                add(arguments, part);
            }
        }
        return new RedisCommand(name, arguments);
    }

    private static void add(CommandArguments arguments, Object part) {
        if (part instanceof byte[] bytes) {
            arguments.add(bytes);
        } else {
            arguments.add(part.toString().getBytes(StandardCharsets.UTF_8));
        }
    }

    CommandArguments arguments() {
        return arguments;
    }

    @Override
    public String toString() {
        return name;
    }
}
