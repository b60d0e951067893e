package io.moa.protocol.serialize;

import java.math.BigDecimal;
import java.math.BigInteger;
import java.net.URI;
import java.time.Duration;
import java.time.Instant;
import java.time.LocalTime;
import java.time.OffsetDateTime;
import java.util.Collection;
import java.util.Date;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * Stands before a map or set that is being filled with keys that a peer chose, and keeps the work of hashing and comparing
 * them in proportion to the body.
 *
 * <p>Two things would cost more than that. A key that holds lists, each of which holds the one before twice, takes 2^n steps
 * to hash; also if it gets there by a reference to a value that is still being read, so the graph is walked as it stands at
 * the moment when it is hashed. And keys of one hash that have no order of their own are compared each with each, n² times;
 * so equal hashes are counted. Texts, numbers and the like have an order, by which {@link java.util.HashMap} sorts out
 * collisions itself, and pass without either.
 *
 * <p>For one map or set; used by one thread.
 */
final class KeyGuard {

    /** What a graph may be deep: hashing it takes a frame of the stack for each level. */
    private static final int MAX_DEPTH = 500;

    /** So many bytes of digits, and a decimal is a long one. */
    private static final int LONG_DECIMAL = 128;

    private static final Set<Class<?>> PLAIN = Set.of(
            String.class,
            Integer.class,
            Long.class,
            Boolean.class,
            Character.class,
            Byte.class,
            Short.class,
            Double.class,
            Float.class,
            UUID.class,
            Instant.class,
            Duration.class,
            LocalTime.class,
            OffsetDateTime.class,
            Date.class,
            URI.class);

    /** What hashing a value of a user's class may go through. */
    @FunctionalInterface
    interface Parts {

        /** None: they are taken for small. */
        Parts NONE = (value, guard) -> {};

        /** Hands each part to {@link KeyGuard#part}. */
        void of(Object value, KeyGuard guard);
    }

    private final HeapBudget budget;
    private final Parts parts;
    private final boolean sorted;
    private final HashCounts hashes;
    private long keys;
    private long steps;
    private int depth;
    private long largestDecimal;
    private int scale;
    private boolean mixedScales;

    /**
     * A guard for an empty map or set.
     *
     * @param budget pays for the work
     * @param parts looks into users' objects
     * @param sorted whether it sorts its keys, and does not hash them
     */
    KeyGuard(HeapBudget budget, Parts parts, boolean sorted) {
        this.budget = budget;
        this.parts = parts;
        this.sorted = sorted;
        this.hashes = new HashCounts(budget);
    }

    /** Whether a key needs no guard. */
    static boolean isPlain(@Nullable Object key) {
        return key == null || PLAIN.contains(key.getClass()) || key instanceof Enum;
    }

    /**
     * To be called before the key is hashed or compared.
     *
     * @throws SerializationException if that would be too much work
     */
    void pass(@Nullable Object key) {
        if (key == null || (!sorted && isPlain(key))) {
            return;
        }
        keys++;
        steps = 0;
        depth = 0;
        part(key);
        long comparisons;
        if (sorted) {
            comparisons = 64L - Long.numberOfLeadingZeros(keys);
        } else {
            comparisons = hashes.add(key.hashCode());
        }
        budget.work(comparisons * steps);
        if (key instanceof BigDecimal decimal) {
            decimals(decimal, comparisons);
        }
    }

    /**
     * To compare a decimal with one of another scale, Java multiplies the shorter up to the digits of the longer; for long
     * ones it makes that power of ten by squaring, and all the squares on the way.
     */
    private void decimals(BigDecimal decimal, long comparisons) {
        if (keys == 1) {
            scale = decimal.scale();
        }
        mixedScales |= scale != decimal.scale();
        largestDecimal = Math.max(largestDecimal, decimal.unscaledValue().bitLength() / 8);
        if (mixedScales) {
            long each = 64 + (largestDecimal > LONG_DECIMAL ? 64 : 4) * largestDecimal;
            budget.charge(each * (comparisons + 1));
        }
    }

    /** Walks through a part of a key. */
    void part(@Nullable Object value) {
        budget.work(1);
        steps++;
        if (value == null || isPlain(value)) {
            return;
        }
        if (++depth > MAX_DEPTH) {
            throw SerializationException.overLimit("A key of a map or an element of a set nests deeper than "
                    + MAX_DEPTH + " values, or holds itself: take something simpler as the key.");
        }
        if (value instanceof Collection<?> collection) {
            collection.forEach(this::part);
        } else if (value instanceof Map<?, ?> map) {
            map.forEach((key, each) -> {
                part(key);
                part(each);
            });
        } else if (value instanceof Optional<?> optional) {
            part(optional.orElse(null));
        } else if (value instanceof BigDecimal decimal) {
            long words = decimal.unscaledValue().bitLength() / 32;
            budget.work(words);
            steps += words;
        } else if (value instanceof BigInteger number) {
            long words = number.bitLength() / 32;
            budget.work(words);
            steps += words;
        } else {
            parts.of(value, this);
        }
        depth--;
    }
}
