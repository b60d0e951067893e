package io.moa.registry.redis;

import io.moa.discovery.Address;
import io.moa.invoke.Ticker;
import java.io.IOException;
import java.net.SocketTimeoutException;
import java.time.Duration;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;

/**
 * Finds the master, connects to it, makes sure that it is one, and remembers when to try again. Used by the link's thread
 * alone.
 */
final class MasterConnector implements AutoCloseable {

    private static final int MAX_REDIRECTS = 5;
    private static final long CHECK_NANOS = Duration.ofSeconds(1).toNanos();
    private static final long LOOK_NANOS = CHECK_NANOS / 2;

    /**
     * How long one that answered nothing is let alone at least, where somebody else is asked meanwhile: whoever waits for it once more
     * hears of its successor later by that.
     */
    private static final long SILENT_NANOS = CHECK_NANOS;

    private final RedisConfig config;
    private final RedisKeys keys;
    private final Ticker ticker;
    private final RandomGenerator random;
    private final MasterLocator locator;

    private int failures;
    private boolean later;
    private long laterAt;
    private int redirects;
    private Address.@Nullable Tcp tried;

    MasterConnector(RedisConfig config, RedisKeys keys, Ticker ticker, RandomGenerator random) {
        this(config, keys, ticker, random, MasterLocator.of(config, random));
    }

    MasterConnector(RedisConfig config, RedisKeys keys, Ticker ticker, RandomGenerator random, MasterLocator locator) {
        this.config = config;
        this.keys = keys;
        this.ticker = ticker;
        this.random = random;
        this.locator = locator;
    }

    /**
     * Nanoseconds until the next try, or until this is asked again; 0 or less for now. Where somebody knows the master, who failed
     * to reach it asks about twice a second whether it is another one, and then waits no longer: the pauses are there to spare the
     * one that cannot be reached. May wait for the network.
     */
    long waitNanos(long now) {
        long wait = later ? laterAt - now : 0;
        Address.Tcp unreached = tried;
        if (wait <= 0 || unreached == null || !locator.knowsMore()) {
            return wait;
        }
        return locator.hasMoved(unreached, now, LOOK_NANOS) ? 0 : Math.min(wait, LOOK_NANOS / 4);
    }

    /**
     * Connects; may wait for the network.
     *
     * @throws IOException if there is no master to be reached
     * @throws RedisError if Redis refuses, or says that the master is elsewhere
     */
    RedisConnection connect() throws IOException {
        Address.Tcp address = locator.locate();
        tried = address;
        RedisConnection open = null;
        try {
            open = RedisConnection.open(config, address);
            String role = Replies.text(Replies.list(open.call("ROLE")).get(0));
            if (config.mode() == RedisMode.CLUSTER) {
                open.call("EXISTS", keys.processes()); // the owner of the slot answers, another says who it is
            }
            if (!"master".equals(role)) {
                if ("sentinel".equals(role)) {
                    throw new WrongKindException(
                            "At " + address + " is a Sentinel and no Redis",
                            "redis-sentinel://host:port/master is for one");
                }
                throw new IOException("Redis at " + address + " is a " + role + " and takes no writes"
                        + (config.mode() == RedisMode.STANDALONE
                                ? "; say the master's address, or use Sentinels"
                                : ""));
            }
            return open;
        } catch (IOException | RuntimeException e) {
            if (open != null) {
                open.close();
            }
            if (!(e instanceof RedisError error && error.movedTo() != null)) {
                locator.failed(address);
            }
            throw e;
        }
    }

    /** Whether the master is known to be elsewhere by now. */
    boolean hasMoved(Address.Tcp current, long now) {
        return locator.hasMoved(current, now, CHECK_NANOS);
    }

    /** Everything that was due was done. */
    void worked() {
        failures = 0;
        redirects = 0;
    }

    /** Something failed; the nanoseconds until the next try. */
    long failed(Throwable why) {
        failures++;
        later = true;
        long pause = Jitter.pause(failures, random);
        if (locator.knowsMore() && isSilence(why)) {
            pause = Math.max(pause, Jitter.around(SILENT_NANOS, random));
        }
        laterAt = ticker.nanos() + pause;
        return pause;
    }

    private static boolean isSilence(Throwable why) {
        for (Throwable each = why; each != null; each = each.getCause()) {
            if (each instanceof SocketTimeoutException) {
                return true;
            }
        }
        return false;
    }

    /** Goes where {@code MOVED} points, at once; false if that is nowhere, or leads round in a circle. */
    boolean redirected(RedisError moved) {
        String to = String.valueOf(moved.movedTo());
        int colon = to.lastIndexOf(':');
        Address.Tcp from = tried;
        try {
            // An empty host means the one that answered.
            String host = colon > 0 || from == null ? to.substring(0, Math.max(0, colon)) : from.host();
            locator.redirected(new Address.Tcp(host, Integer.parseInt(to.substring(colon + 1))));
        } catch (IllegalArgumentException e) {
            return false;
        }
        if (redirects++ >= MAX_REDIRECTS) {
            redirects = 0;
            return false;
        }
        later = false;
        return true;
    }

    /** Ends the connection to a Sentinel; it is opened again when it is needed. */
    @Override
    public void close() {
        locator.close();
    }
}
