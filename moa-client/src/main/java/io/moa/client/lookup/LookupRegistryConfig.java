package io.moa.client.lookup;

import io.moa.discovery.Address;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

/**
 * Which lookups are followed, and how. Immutable; made by {@link #parse} or {@link #of}.
 *
 * @param copies where the copies of the lookup are; 1 to 100, each once
 * @param hang how long a call hangs when nothing is new; 100 ms to 5 min, default 10 s, less up to a fifth at random. The
 *     call itself has half as long again, and at least 2 s more
 * @param backoffFirst the longest pause after the first failure; 1 ms to 1 min, default 200 ms. A pause is drawn evenly
 *     between 0 and a bound that doubles with each failure, so that followers do not come together
 * @param backoffMax the longest pause after many; at least the first, at most 10 min, default 3 s
 * @param homeAfter a follower that had to leave the copy that its uuid points to looks there again after so long, more or less
 *     a half at random, so that copies that were away get their share again; 1 s to 1 day, default 1 min
 * @param staleAfter knowledge that is so much older than what the follower has is not taken over; 1 s to 1 h, default 15 s
 */
public record LookupRegistryConfig(
        List<Address.Tcp> copies,
        Duration hang,
        Duration backoffFirst,
        Duration backoffMax,
        Duration homeAfter,
        Duration staleAfter) {

    /** The scheme of its addresses. */
    public static final String SCHEME = "moa-lookup://";

    private static final int MAX_COPIES = 100;

    public LookupRegistryConfig {
        copies = copies.stream().distinct().toList();
        if (copies.isEmpty() || copies.size() > MAX_COPIES) {
            throw new IllegalArgumentException(
                    "A lookup is followed at 1 to " + MAX_COPIES + " addresses, not " + copies.size());
        }
        between("hang", hang, Duration.ofMillis(100), Duration.ofMinutes(5));
        between("backoffFirst", backoffFirst, Duration.ofMillis(1), Duration.ofMinutes(1));
        between("backoffMax", backoffMax, backoffFirst, Duration.ofMinutes(10));
        between("homeAfter", homeAfter, Duration.ofSeconds(1), Duration.ofDays(1));
        between("staleAfter", staleAfter, Duration.ofSeconds(1), Duration.ofHours(1));
    }

    private static void between(String name, Duration value, Duration min, Duration max) {
        if (value.compareTo(min) < 0 || value.compareTo(max) > 0) {
            throw new IllegalArgumentException(name + " is " + min + " to " + max + ", not " + value);
        }
    }

    /** These copies, everything else at its default. */
    public static LookupRegistryConfig of(List<Address.Tcp> copies) {
        return new LookupRegistryConfig(
                copies,
                Duration.ofSeconds(10),
                Duration.ofMillis(200),
                Duration.ofSeconds(3),
                Duration.ofMinutes(1),
                Duration.ofSeconds(15));
    }

    /**
     * Reads {@code moa-lookup://host:port,host:port}; an IPv6 address stands in brackets.
     *
     * @throws IllegalArgumentException if it is none; the message says what is expected
     */
    public static LookupRegistryConfig parse(String address) {
        String expected = "A lookup is written moa-lookup://host:port,host:port, its copies with a comma between; ";
        if (!address.startsWith(SCHEME)) {
            throw new IllegalArgumentException(expected + "this has another scheme");
        }
        List<Address.Tcp> copies = new ArrayList<>();
        for (String each : address.substring(SCHEME.length()).split(",", -1)) {
            Address parsed;
            try {
                parsed = Address.parse("tcp://" + each);
            } catch (IllegalArgumentException e) {
                throw new IllegalArgumentException(expected + "this is none: " + each, e);
            }
            if (!(parsed instanceof Address.Tcp tcp) || tcp.port() == 0 || each.matches(".*[/?#@\\s].*")) {
                throw new IllegalArgumentException(expected + "this is none: " + each);
            }
            copies.add(tcp);
        }
        return of(copies);
    }

    public LookupRegistryConfig withHang(Duration value) {
        return new LookupRegistryConfig(copies, value, backoffFirst, backoffMax, homeAfter, staleAfter);
    }

    public LookupRegistryConfig withBackoff(Duration first, Duration max) {
        return new LookupRegistryConfig(copies, hang, first, max, homeAfter, staleAfter);
    }

    public LookupRegistryConfig withHomeAfter(Duration value) {
        return new LookupRegistryConfig(copies, hang, backoffFirst, backoffMax, value, staleAfter);
    }

    public LookupRegistryConfig withStaleAfter(Duration value) {
        return new LookupRegistryConfig(copies, hang, backoffFirst, backoffMax, homeAfter, value);
    }
}
