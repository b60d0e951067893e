package io.moa.governance.quota;

import io.moa.discovery.QuotaSource;
import io.moa.invoke.Scheduler;
import io.moa.invoke.Ticker;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Set;
import java.util.WeakHashMap;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Asks again and again for the shares of all quotas of a client or a server, in one question if they are not many. A quota ends when nobody
 * holds its gate any more, or when the policy says none; without any, nothing is asked and no timer runs.
 *
 * <p>Safe for many threads. Close it after the last call.
 */
public final class QuotaRounds implements AutoCloseable {

    private static final long BUSY_NANOS = Duration.ofSeconds(10).toNanos();
    private static final long LOST_NANOS =
            Duration.ofSeconds(30).toNanos(); // an answer that has not come by then will not
    private static final int CALM_ROUNDS = 10;

    private final @Nullable QuotaSource source;
    private final QuotaConfig config;
    private final Ticker ticker;
    private final Scheduler scheduler;
    private final String whose;
    private final String member;
    private final Consumer<String> log;

    // Guarded by this.
    private final Set<QuotaGate> gates = Collections.newSetFromMap(new WeakHashMap<>());
    private Scheduler.@Nullable Timer timer;
    private int made;
    private int rounds;
    private int unanswered; // questions under way, of the latest time that was asked
    private int asking; // the number of that time
    private long askedNanos;
    private boolean away;
    private String failure = "";
    private boolean closed;

    /**
     * Rounds that begin with the first quota.
     *
     * @param source where quotas are shared; null for nowhere, which leaves the local shares
     * @param whose who counts together: {@code provider}, or {@code caller} with the application; a part of the name of each quota
     * @param member who takes part, and no other client or server: letters and digits, up to 40
     * @param log is told once that the registry is away, and once that it is back; must not block
     */
    public QuotaRounds(
            @Nullable QuotaSource source,
            QuotaConfig config,
            Ticker ticker,
            Scheduler scheduler,
            String whose,
            String member,
            Consumer<String> log) {
        this.source = source;
        this.config = config;
        this.ticker = ticker;
        this.scheduler = scheduler;
        this.whose = whose;
        this.member = member;
        this.log = log;
    }

    /** Rounds of who shares with nobody: its gates go by their local shares. */
    public static QuotaRounds alone(Ticker ticker) {
        return new QuotaRounds(null, QuotaConfig.DEFAULT, ticker, (task, delay) -> () -> {}, "", "alone", told -> {});
    }

    /**
     * A gate for one quota, for which nothing is asked until it {@linkplain #begin begins}.
     *
     * @param subject whose calls are counted, for people
     * @param method of which service; up to 700 characters, the same in all processes that share it
     */
    public synchronized QuotaGate gate(String subject, String method) {
        made++;
        return new QuotaGate(
                subject, whose + " " + method, member + "x" + made, source != null, config.awayAfter(), ticker);
    }

    /** Asks for the shares of a gate from now on, the first time at once. Idempotent. */
    public synchronized void begin(QuotaGate gate) {
        if (gates.add(gate) && source != null && !closed) {
            gate.begin(ticker.nanos());
            Scheduler.Timer waiting = timer;
            if (waiting != null) {
                waiting.cancel();
            }
            timer = scheduler.schedule(this::round, 0);
        }
    }

    /** Asks for them no more, and what is held is lost. Idempotent. */
    public synchronized void end(QuotaGate gate) {
        if (gates.remove(gate)) {
            gate.forget();
        }
    }

    private void round() {
        List<QuotaGate> asked = new ArrayList<>();
        String told;
        int number;
        List<QuotaSource.Ask> asks = new ArrayList<>();
        synchronized (this) {
            if (closed || gates.isEmpty()) {
                timer = null;
                return;
            }
            timer = scheduler.schedule(this::round, config.period().toNanos());
            long now = ticker.nanos();
            told = lookWhetherAway(now);
            if (unanswered == 0 || now - askedNanos > LOST_NANOS) {
                asking++;
                askedNanos = now;
                boolean all = rounds++ % CALM_ROUNDS == 0;
                for (QuotaGate gate : gates) {
                    if (all || gate.waitedNanos(now) > 0 || gate.isBusy(now, BUSY_NANOS)) {
                        asked.add(gate);
                        asks.add(gate.ask(now));
                    }
                }
                unanswered = (asks.size() + QuotaSource.MAX_ASKS - 1) / QuotaSource.MAX_ASKS;
            }
            number = asking;
        }
        if (told != null) {
            log.accept(told);
        }
        for (int from = 0; from < asks.size(); from += QuotaSource.MAX_ASKS) {
            int to = Math.min(asks.size(), from + QuotaSource.MAX_ASKS);
            ask(number, List.copyOf(asked.subList(from, to)), List.copyOf(asks.subList(from, to)));
        }
    }

    private void ask(int number, List<QuotaGate> from, List<QuotaSource.Ask> asks) {
        if (source == null) {
            return;
        }
        try {
            source.ask(asks).whenComplete((shares, failed) -> heard(number, from, shares, failed));
        } catch (RuntimeException e) { // else nobody would ever ask again
            heard(number, from, null, e);
        }
    }

    private void heard(
            int number, List<QuotaGate> from, @Nullable List<QuotaSource.Share> shares, @Nullable Throwable failed) {
        String back = null;
        synchronized (this) {
            if (number == asking) {
                unanswered--;
            }
            failure = failed == null ? "" : " (" + failed.getMessage() + ")";
            if (shares != null && shares.size() != from.size()) {
                failure = " (it answered " + shares.size() + " questions of " + from.size() + ")";
            } else if (shares != null) {
                for (int i = 0; i < from.size(); i++) {
                    from.get(i).heard(shares.get(i));
                }
                if (away) {
                    away = false;
                    back = "quotas are shared by the registry again";
                }
            }
        }
        if (back != null) {
            log.accept(back);
        }
    }

    private @Nullable String lookWhetherAway(long now) {
        long longest = 0;
        for (QuotaGate gate : gates) {
            if (gate.isAway()) {
                gate.forget();
                longest = Math.max(longest, gate.waitedNanos(now));
            }
        }
        if (longest == 0 || away) {
            return null;
        }
        away = true;
        return "the registry has not answered for " + TimeUnit.NANOSECONDS.toMillis(longest)
                + " ms when it was asked for shares of quotas; until it does, "
                + (gates.size() == 1
                        ? "a quota holds by its local share"
                        : gates.size() + " quotas hold by local shares")
                + failure;
    }

    /** Asks no more. Idempotent. */
    @Override
    public synchronized void close() {
        closed = true;
        gates.clear();
        if (timer != null) {
            timer.cancel();
            timer = null;
        }
    }
}
