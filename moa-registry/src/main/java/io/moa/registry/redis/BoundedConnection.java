package io.moa.registry.redis;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import redis.clients.jedis.Connection;
import redis.clients.jedis.JedisClientConfig;
import redis.clients.jedis.JedisSocketFactory;
import redis.clients.jedis.PushConsumerChain;
import redis.clients.jedis.exceptions.JedisConnectionException;
import redis.clients.jedis.exceptions.JedisDataException;
import redis.clients.jedis.util.RedisInputStream;

/**
 * A connection of Jedis whose answers are bounded: what Redis holds was written by others, and a value of 10 MB in it must
 * cost neither the memory of those who read it nor the entries beside it. A value over the bound is passed over, and stands
 * as {@link #OVERSIZED} in the reply; so does a list of too many elements, and what would make the whole reply too long, values
 * or lists in it. Replies that are kept together have one bound together, or a share each.
 */
final class BoundedConnection extends Connection {

    /**
     * Stands for a value that is longer than {@link #MAX_BULK}, for a list of more than {@link #MAX_ELEMENTS}, and for what an
     * answer holds beyond its bound.
     */
    static final Object OVERSIZED = new Object() {
        @Override
        public String toString() {
            return "oversized";
        }
    };

    /** Rules may be as long as this; records are bounded more tightly by who reads them. */
    static final int MAX_BULK = 1 << 18;

    /** A longer list is passed over, not kept and cut: nobody can tell what is missing from a part of it. */
    static final int MAX_ELEMENTS = 1 << 20;

    /**
     * What one answer, or all answers to commands sent together, may keep of values up to {@link #MAX_NAME}, each counted with
     * {@link #ELEMENT} more, and of longer ones. They are counted apart, so that long values which somebody has put between names
     * do not crowd out the names: a list of 500,000 processes fits, and so do 64 records that are all as long as a value may be.
     */
    private static final int NAMES = 32 << 20;

    private static final int LONG_VALUES = 16 << 20;
    private static final int MAX_NAME = 1 << 10;
    private static final int ELEMENT = 16;

    private static final int MAX_LINE = 1 << 16;
    private static final int MAX_DIGITS = 19; // of a long; one that is too large turns negative

    /** So many elements of lists that are too long are passed over; that costs time, and no memory. More is no answer to us. */
    private static final int MAX_PASSED_OVER = 1 << 24;

    private static final int MAX_DEPTH = 8;
    private static final int SKIP_BYTES = 8192;

    private int namesLeft;
    private int longLeft;
    private int placesLeft; // for what is passed over when no more names fit
    private long passLeft;
    private boolean together;
    private @Nullable RedisInputStream input; // once something was read
    private int share; // of each reply; 0 for all that one may have

    BoundedConnection(JedisSocketFactory sockets, JedisClientConfig config) {
        super(sockets, config);
    }

    /** Sends what was written so far. */
    void send() {
        flush();
    }

    /** Whether more has come than was read. What has come and was not decrypted yet is not known here. */
    boolean hasMore() throws IOException {
        return input != null && input.available() > 0;
    }

    /** From now on all replies have one bound together, until {@link #apart}. */
    void together() {
        renew();
        together = true;
    }

    /**
     * From now on each reply has a small bound of its own, until {@link #apart}: none takes the room of another, and all together
     * are still bounded.
     *
     * @param bytes what a reply may keep of names, and again of longer values
     */
    void shared(int bytes) {
        together = false;
        share = bytes;
    }

    /** From now on each reply has a bound of its own. */
    void apart() {
        together = false;
        share = 0;
    }

    private void renew() {
        namesLeft = share > 0 ? share : NAMES;
        longLeft = share > 0 ? share : LONG_VALUES;
        placesLeft = share > 0 ? share / ELEMENT : MAX_ELEMENTS;
        passLeft = MAX_PASSED_OVER;
    }

    @Override
    protected @Nullable Object protocolRead(RedisInputStream in, PushConsumerChain pushes) {
        input = in;
        if (!together) {
            renew();
        }
        Object reply = read(in, 0);
        if (reply instanceof JedisDataException error) {
            throw error;
        }
        return reply;
    }

    private @Nullable Object read(RedisInputStream in, int depth) {
        if (depth > MAX_DEPTH) {
            throw new JedisConnectionException("Redis answered with lists in lists, deeper than " + MAX_DEPTH);
        }
        byte kind = in.readByte();
        return switch (kind) {
            case '+' -> line(in).getBytes(StandardCharsets.UTF_8);
            case '-' -> new JedisDataException(line(in));
            case ':' -> number(in);
            case '$' -> bulk(in, number(in));
            case '*' -> list(in, number(in), depth);
            default -> throw foreign(kind);
        };
    }

    private @Nullable Object list(RedisInputStream in, long size, int depth) {
        if (size == -1) {
            return null;
        }
        if (size < 0) {
            throw new JedisConnectionException("Redis answered with a list of " + size);
        }
        if (size > MAX_ELEMENTS) {
            passOver(in, size, depth);
            return OVERSIZED;
        }
        // Not sized by what the peer claims: it may send nothing behind the claim.
        List<@Nullable Object> list = new ArrayList<>((int) Math.min(size, 64));
        boolean passedOver = depth > 0 && namesLeft < 0;
        for (long i = 0; i < size; i++) {
            namesLeft = Math.max(-1, namesLeft - ELEMENT);
            Object element = read(in, depth + 1);
            if (namesLeft < 0 && --placesLeft < 0) {
                passedOver = true;
                list.clear();
            }
            if (!passedOver) {
                list.add(element);
            }
        }
        return passedOver ? OVERSIZED : list;
    }

    /** Reads so many elements and keeps none. */
    private void passOver(RedisInputStream in, long size, int depth) {
        if (size > passLeft || depth > MAX_DEPTH) {
            throw new JedisConnectionException("Redis answered with lists of more than " + MAX_PASSED_OVER
                    + " elements, or deeper than " + MAX_DEPTH);
        }
        passLeft -= size;
        for (long i = 0; i < size; i++) {
            byte kind = in.readByte();
            switch (kind) {
                case '$' -> {
                    long length = number(in);
                    if (length >= 0) {
                        skip(in, length);
                        ended(in);
                    }
                }
                case '*' -> passOver(in, Math.max(0, number(in)), depth + 1);
                case '+', '-', ':' -> line(in);
                default -> throw foreign(kind);
            }
        }
    }

    private static JedisConnectionException foreign(byte kind) {
        return new JedisConnectionException(
                "What answers there does not speak Redis's protocol: a reply begins with byte " + kind);
    }

    private boolean fits(long length) {
        if (length > MAX_BULK) {
            return false;
        }
        if (length <= MAX_NAME) {
            namesLeft = (int) Math.max(-1, namesLeft - length);
            return namesLeft >= 0;
        }
        if (length > longLeft) {
            return false;
        }
        longLeft -= (int) length;
        return true;
    }

    private @Nullable Object bulk(RedisInputStream in, long length) {
        if (length == -1) {
            return null;
        }
        if (length < 0) {
            throw new JedisConnectionException("Redis answered with a value of length " + length);
        }
        Object value;
        if (!fits(length)) {
            skip(in, length);
            value = OVERSIZED;
        } else {
            byte[] bytes = new byte[(int) length];
            for (int at = 0; at < bytes.length; ) {
                at += fill(in, bytes, at, bytes.length - at);
            }
            value = bytes;
        }
        ended(in);
        return value;
    }

    private static void skip(RedisInputStream in, long length) {
        byte[] waste = new byte[(int) Math.min(length, SKIP_BYTES)];
        for (long left = length; left > 0; ) {
            left -= fill(in, waste, 0, (int) Math.min(left, waste.length));
        }
    }

    private static void ended(RedisInputStream in) {
        if (in.readByte() != '\r' || in.readByte() != '\n') {
            throw new JedisConnectionException("A value of Redis does not end where it said");
        }
    }

    private static int fill(RedisInputStream in, byte[] bytes, int at, int length) {
        int read = in.read(bytes, at, length);
        if (read < 0) {
            throw new JedisConnectionException("Redis closed the connection within an answer");
        }
        return read;
    }

    /** A line that is a number; there is one for each value and list, so none is made a text of. */
    private static long number(RedisInputStream in) {
        int b = in.readByte();
        boolean negative = b == '-';
        if (negative) {
            b = in.readByte();
        }
        long number = 0;
        int digits = 0;
        for (; b != '\r'; b = in.readByte()) {
            if (b < '0' || b > '9' || ++digits > MAX_DIGITS) {
                throw new JedisConnectionException("Redis answered with a number that is none");
            }
            number = number * 10 + (b - '0');
        }
        if (digits == 0 || number < 0) {
            throw new JedisConnectionException("Redis answered with a number that is none");
        }
        if (in.readByte() != '\n') {
            throw new JedisConnectionException("A line of Redis does not end with CR LF");
        }
        return negative ? -number : number;
    }

    private static String line(RedisInputStream in) {
        StringBuilder text = new StringBuilder();
        for (int b = in.readByte(); b != '\r'; b = in.readByte()) {
            if (text.length() >= MAX_LINE) {
                throw new JedisConnectionException("Redis answered with a line over " + MAX_LINE + " bytes");
            }
            text.append((char) (b & 0xFF));
        }
        if (in.readByte() != '\n') {
            throw new JedisConnectionException("A line of Redis does not end with CR LF");
        }
        return text.toString();
    }
}
