package io.moa.registry.redis;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Reads Redis's answers as what they should be. What is not is told as a {@link RedisError}, never as a cast that fails. */
final class Replies {

    private Replies() {}

    /** A list, or an empty one for null. */
    @SuppressWarnings("unchecked")
    static List<@Nullable Object> list(@Nullable Object reply) {
        if (reply == null) {
            return List.of();
        }
        refuse(reply);
        if (reply instanceof List<?> list) {
            return (List<@Nullable Object>) list;
        }
        if (reply == BoundedConnection.OVERSIZED) {
            throw new RedisError("ERR the list that Redis holds is longer than is read: "
                    + BoundedConnection.MAX_ELEMENTS + " elements, or what all of its values may take");
        }
        throw new RedisError("ERR a list was expected from Redis");
    }

    /** A text, or null for null and for a value over the bound. */
    static @Nullable String text(@Nullable Object reply) {
        byte[] bytes = bytes(reply);
        return bytes == null ? null : new String(bytes, StandardCharsets.UTF_8);
    }

    /** A value, or null for null and for one over the bound. */
    static byte @Nullable [] bytes(@Nullable Object reply) {
        if (reply == null || reply == BoundedConnection.OVERSIZED) {
            return null;
        }
        refuse(reply);
        if (reply instanceof byte[] bytes) {
            return bytes;
        }
        throw new RedisError("ERR a value was expected from Redis");
    }

    static long number(@Nullable Object reply) {
        refuse(reply);
        if (reply instanceof Long number) {
            return number;
        }
        throw new RedisError("ERR a number was expected from Redis");
    }

    /** The texts of a list; what is over the bound is left out. */
    static List<String> texts(@Nullable Object reply) {
        List<String> texts = new ArrayList<>();
        for (Object element : list(reply)) {
            String text = text(element);
            if (text != null) {
                texts.add(text);
            }
        }
        return texts;
    }

    /** Names and values that stand by turns, as in an entry of a log; what is over the bound is left out, a pair or all of them. */
    static Map<String, String> pairs(@Nullable Object reply) {
        if (reply == BoundedConnection.OVERSIZED) {
            return Map.of();
        }
        List<@Nullable Object> parts = list(reply);
        Map<String, String> pairs = new HashMap<>();
        for (int i = 0; i + 1 < parts.size(); i += 2) {
            String name = text(parts.get(i));
            String value = text(parts.get(i + 1));
            if (name != null && value != null) {
                pairs.putIfAbsent(name, value);
            }
        }
        return pairs;
    }

    /** The names of processes in a list; what cannot be one is reported. */
    static List<String> uuids(@Nullable Object reply, BadEntries bad) {
        List<String> uuids = texts(reply);
        uuids.removeIf(text -> {
            boolean no = !InstanceRecord.isUuid(text);
            if (no) {
                bad.reportName("process", text, InstanceRecord.WHAT_A_UUID_IS);
            }
            return no;
        });
        return uuids;
    }

    private static void refuse(@Nullable Object reply) {
        if (reply instanceof RedisError error) {
            throw error;
        }
    }
}
