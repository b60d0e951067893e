package io.moa.registry.redis;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;

/**
 * Which addresses a process may announce. Whoever can write into a registry could otherwise have every client, and the watchers
 * first of all, connect to any address that they can reach. Immutable.
 */
public final class AddressRanges {

    /** How many ranges there may be. */
    public static final int MAX = 64;

    /** Every address that somebody can call, names of hosts included; the default. */
    public static final AddressRanges ANY = new AddressRanges(List.of());

    private static final int WRAPPING_BITS = 96; // ::ffff:

    private static final class Range {
        private final byte[] bytes;
        private final int bits;

        Range(byte[] bytes, int bits) {
            this.bytes = bytes;
            this.bits = bits;
        }

        boolean contains(byte[] address) {
            if (address.length != bytes.length) {
                return false;
            }
            int whole = bits / 8;
            if (!Arrays.equals(address, 0, whole, bytes, 0, whole)) {
                return false;
            }
            int mask = 0xFF << (8 - bits % 8);
            return bits % 8 == 0 || ((address[whole] ^ bytes[whole]) & mask & 0xFF) == 0;
        }
    }

    private final List<String> texts;
    private final List<Range> ranges = new ArrayList<>();

    private AddressRanges(List<String> texts) {
        this.texts = List.copyOf(texts);
        for (String text : texts) {
            ranges.add(range(text));
        }
    }

    /**
     * These ranges and nothing else; a host name is in none of them, for what it means is known only when somebody calls it.
     *
     * @param text such as {@code 10.0.0.0/8,fd00::/8,192.168.7.3}, with 1 to {@value #MAX} addresses, each with or without the number of
     *     bits that count
     * @throws IllegalArgumentException if it is something else; the message says what is expected
     */
    public static AddressRanges parse(String text) {
        String[] parts = text.split(",", -1);
        if (parts.length > MAX) {
            throw new IllegalArgumentException("There may be " + MAX + " ranges of addresses, not " + parts.length);
        }
        return new AddressRanges(Arrays.stream(parts).map(String::strip).toList());
    }

    private static Range range(String text) {
        int slash = text.indexOf('/');
        byte[] bytes = NumericAddress.parse(slash < 0 ? text : text.substring(0, slash));
        if (bytes == null || text.indexOf('%') >= 0) {
            throw refused(text);
        }
        if (slash < 0) {
            return new Range(bytes, 8 * bytes.length);
        }
        int bits = bits(text, text.substring(slash + 1));
        if (bytes.length == 4 && text.indexOf(':') >= 0) {
            bits = behindTheWrapping(text, bits);
        }
        if (bits > 8 * bytes.length) {
            throw refused(text);
        }
        return new Range(bytes, bits);
    }

    /** Of an address of IPv4 within IPv6 only the four last bytes are kept, but its bits are counted from the first of all 16. */
    private static int behindTheWrapping(String text, int bits) {
        if (bits < WRAPPING_BITS) {
            throw new IllegalArgumentException("An address of IPv4 within IPv6 begins with " + WRAPPING_BITS
                    + " bits that are always the same, so a range of them is written with " + WRAPPING_BITS
                    + " to 128 bits, or as one of IPv4, such as 10.0.0.0/8, not: " + text);
        }
        return bits - WRAPPING_BITS;
    }

    private static int bits(String text, String number) {
        if (!number.matches("[0-9]{1,3}")) {
            throw refused(text);
        }
        return Integer.parseInt(number);
    }

    private static IllegalArgumentException refused(String text) {
        return new IllegalArgumentException(
                "A range of addresses is written as 10.0.0.0/8 or fd00::/8, or an address alone, not: " + text);
    }

    /** Whether any address may be announced. */
    boolean isAny() {
        return ranges.isEmpty();
    }

    /** Whether the 4 or 16 bytes of an address are in one of the ranges. */
    boolean contains(byte[] address) {
        return isAny() || ranges.stream().anyMatch(range -> range.contains(address));
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof AddressRanges ranges && ranges.texts.equals(texts);
    }

    @Override
    public int hashCode() {
        return Objects.hash(texts);
    }

    /** As {@link #parse} reads it; "any" without ranges. */
    @Override
    public String toString() {
        return isAny() ? "any" : String.join(",", texts);
    }
}
