package io.moa.governance.observe;

import io.moa.discovery.ServiceId;
import io.moa.invoke.Invocation;
import io.moa.invoke.MethodId;
import io.moa.invoke.Reply;
import io.moa.invoke.Ticker;
import io.moa.observe.CallEnd;
import io.moa.observe.CallObserver;
import io.moa.observe.MethodObserver;
import io.moa.observe.RefusalCause;
import io.moa.operations.CallOrder;
import io.moa.operations.CallsReport;
import io.moa.operations.MethodReport;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * Remembers the last minute of each method, second by second, in about 24 KiB for each: for consoles and checks in the process itself,
 * without a registry of meters.
 *
 * <pre>{@code
 * RecentCalls recent = new RecentCalls(moa.ticker());
 * MoaClient client = MoaClient.builder(moa).observer(recent).build();
 * recent.minutes().forEach(each -> System.out.println(each.method() + " " + each.last(10)));
 * }</pre>
 *
 * <p>{@value #METHODS} methods are remembered, of which one gives way that nobody has called for a minute; those beyond are counted together. One for
 * each client or server, or for several that are counted together; safe for many threads.
 */
public final class RecentCalls implements CallObserver {

    /** So many seconds are remembered, the present one among them. */
    public static final int SECONDS = 60;

    /** So many methods are. */
    public static final int METHODS = 1_000;

    private static final Named OTHER = new Named("other", "other");

    /** Whose seconds they are. */
    record Named(String service, String method) {}

    private final Ticker ticker;
    private final long begunNanos;
    private final Map<Named, SecondsRing> rings = new ConcurrentHashMap<>(); // written under this
    private final SecondsRing other;
    private volatile long sweptSecond; // when it was looked for those that give way

    /**
     * Nothing yet.
     *
     * @param ticker of the runtime
     */
    public RecentCalls(Ticker ticker) {
        this.ticker = ticker;
        this.begunNanos = ticker.nanos();
        this.other = new SecondsRing(OTHER, now());
    }

    /** The present second; the first is 1, as empty places of a ring stand for 0. */
    private long now() {
        return 1 + TimeUnit.NANOSECONDS.toSeconds(ticker.nanos() - begunNanos);
    }

    /** What is remembered, by service and method; what is beyond the bound last, if there is anything. */
    public List<MethodMinute> minutes() {
        long now = now();
        Stream<MethodMinute> own = rings.values().stream()
                .map(each -> each.minute(now))
                .sorted(Comparator.comparing(MethodMinute::service).thenComparing(MethodMinute::method));
        return Stream.concat(own, other.isIdle(now) ? Stream.empty() : Stream.of(other.minute(now)))
                .filter(each -> each.inFlight() > 0
                        || each.seconds().stream().anyMatch(second -> !second.equals(CallSecond.EMPTY)))
                .toList();
    }

    /** How many seconds are over since the first that is remembered, up to {@code most}. */
    int secondsOver(int most) {
        return (int) Math.min(most, now() - 1);
    }

    /**
     * The latest seconds that are over, of all methods and of some.
     *
     * @param seconds how many, 1 to one less than {@link #SECONDS}
     * @param most of how many methods
     */
    CallsReport report(int seconds, int most, CallOrder order) {
        long now = now();
        CallSum total = new CallSum();
        List<MethodReport> methods = new ArrayList<>();
        for (SecondsRing ring : rings.values()) {
            add(ring, now, seconds, total, methods);
        }
        add(other, now, seconds, total, methods);
        List<MethodReport> first =
                methods.stream().sorted(comparator(order)).limit(most).toList();
        return new CallsReport(total.report("", ""), methods.size(), first);
    }

    private static void add(SecondsRing ring, long now, int seconds, CallSum total, List<MethodReport> methods) {
        CallSum sum = ring.sum(now, seconds);
        if (!sum.isEmpty()) {
            total.add(sum);
            methods.add(sum.report(ring.named().service(), ring.named().method()));
        }
    }

    private static Comparator<MethodReport> comparator(CallOrder order) {
        Comparator<MethodReport> asked = Comparator.comparingLong(
                switch (order) {
                    case CALLS -> MethodReport::ended;
                    case FAILED -> MethodReport::failed;
                    case REFUSED -> MethodReport::refused;
                    case IN_FLIGHT -> MethodReport::inFlight;
                    case P99 -> MethodReport::p99Nanos;
                });
        return asked.thenComparingLong(MethodReport::ended)
                .reversed()
                .thenComparing(MethodReport::service)
                .thenComparing(MethodReport::method);
    }

    @Override
    public MethodObserver of(ServiceId service, MethodId method) {
        return new Remembering(new Named(service.toString(), method.name()));
    }

    @Override
    public MethodObserver ofUnknown() {
        return new Remembering(OTHER);
    }

    private SecondsRing ring(Named named) {
        if (named.equals(OTHER)) {
            return other;
        }
        SecondsRing known = rings.get(named);
        if (known != null) {
            return known;
        }
        return rings.size() >= METHODS && sweptSecond == now() ? other : claim(named);
    }

    private synchronized SecondsRing claim(Named named) {
        SecondsRing known = rings.get(named);
        if (known != null) {
            return known;
        }
        long now = now();
        if (rings.size() >= METHODS) {
            sweptSecond = now;
            rings.values().removeIf(each -> {
                boolean idle = each.isIdle(now);
                if (idle) {
                    each.remove();
                }
                return idle;
            });
        }
        if (rings.size() >= METHODS) {
            return other;
        }
        SecondsRing ring = new SecondsRing(named, now);
        rings.put(named, ring);
        return ring;
    }

    /** A method's way to its ring, found with the first call, and again if it gave way. */
    private final class Remembering implements MethodObserver {
        private final Named named;
        private volatile @Nullable Counting counting;

        Remembering(Named named) {
            this.named = named;
        }

        private Counting counting() {
            Counting known = counting;
            if (known != null && !known.ring.isRemoved()) {
                return known;
            }
            Counting found = new Counting(ring(named));
            counting = found.ring == other && !named.equals(OTHER) ? null : found;
            return found;
        }

        @Override
        public CallEnd began(Invocation call) {
            Counting found = counting();
            found.ring.began(now());
            return found;
        }

        @Override
        public void refused(Invocation call, RefusalCause cause) {
            counting().ring.refused(now());
        }
    }

    /** Counts the end of a call where its beginning was counted. */
    private final class Counting implements CallEnd {
        private final SecondsRing ring;

        Counting(SecondsRing ring) {
            this.ring = ring;
        }

        @Override
        public void ended(Invocation call, Reply reply, long tookNanos) {
            ring.ended(now(), reply, tookNanos);
        }
    }
}
