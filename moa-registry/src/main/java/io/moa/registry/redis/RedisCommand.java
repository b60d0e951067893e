package io.moa.registry.redis;

import java.nio.charset.StandardCharsets;
import org.jspecify.annotations.Nullable;
import redis.clients.jedis.CommandArguments;

/** One command, ready to be sent. Immutable once made. */
final class RedisCommand {

    /** What stands around an argument on the wire. */
    private static final int LENGTH_BYTES = 10;

    // XREAD COUNT n STREAMS key id
    private static final int XREAD_OF_ONE = 6;
    private static final int XREAD_KEY = 4;

    private final CommandArguments arguments;
    private final String name;
    private final int bytes;

    private RedisCommand(String name, CommandArguments arguments, int bytes) {
        this.name = name;
        this.arguments = arguments;
        this.bytes = bytes;
    }

    /**
     * A command with its arguments.
     *
     * @param parts strings, byte arrays or numbers; a collection stands for its elements
     */
    static RedisCommand of(String name, Object... parts) {
        CommandArguments arguments = new CommandArguments(() -> name.getBytes(StandardCharsets.US_ASCII));
        int bytes = name.length();
        for (Object part : parts) {
            if (part instanceof Iterable<?> several) {
                for (Object one : several) {
                    bytes += add(arguments, one);
                }
            } else {
                bytes += add(arguments, part);
            }
        }
        return new RedisCommand(name, arguments, bytes);
    }

    private static int add(CommandArguments arguments, Object part) {
        byte[] bytes = part instanceof byte[] given ? given : part.toString().getBytes(StandardCharsets.UTF_8);
        arguments.add(bytes);
        return bytes.length + LENGTH_BYTES;
    }

    /** Whether it is a script, which may touch more keys than it names. */
    boolean isScript() {
        return name.equals("EVAL");
    }

    /** The key that it is about; null if it is about several or none. */
    byte @Nullable [] onlyKey() {
        if (isScript()) {
            return null;
        }
        if (!name.equals("XREAD")) {
            return key();
        }
        return arguments.size() == XREAD_OF_ONE ? arguments.get(XREAD_KEY).getRaw() : null;
    }

    /** Its first argument, of most commands the key. */
    byte[] key() {
        return arguments.get(1).getRaw();
    }

    /** About how many bytes it has on the wire. */
    int bytes() {
        return bytes;
    }

    CommandArguments arguments() {
        return arguments;
    }

    @Override
    public String toString() {
        return name;
    }
}
