package io.moa.log;

import io.moa.discovery.ServiceId;
import io.moa.invoke.MethodId;
import io.moa.invoke.Ticker;
import io.moa.observe.CallEnd;
import io.moa.observe.CallObserver;
import io.moa.observe.MethodObserver;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Consumer;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;
import org.slf4j.LoggerFactory;

/**
 * Tells the log of calls that failed or were slow: which method, at whom or for whom, how it ended, after what time and in which phases, in
 * which trace, and which attempt it was.
 *
 * <pre>{@code
 * MoaClient.builder(moa).observer(CallLog.ofClient(CallLogConfig.DEFAULT))
 * }</pre>
 *
 * <p>It is off unless it is asked for: callers get an exception with all of this, and a line for each failure is what an outage needs
 * least. Lines are warnings of the loggers {@value #CLIENT} and {@value #SERVER}, written by a thread of the log's own. A call that is not told
 * of costs a comparison. One for each client or server; safe for many threads.
 */
public final class CallLog implements CallObserver {

    /** The logger of calls that were made. */
    public static final String CLIENT = "io.moa.calls.client";

    /** The logger of calls that were served. */
    public static final String SERVER = "io.moa.calls.server";

    /** So many services have a pace of their own; all others share one. */
    private static final int SERVICES = 1_000;

    private static final String OTHERS = "all other services";

    private final CallLogConfig config;
    private final long slowNanos;
    private final boolean atServer;
    private final Ticker ticker;
    private final Consumer<String> log;
    private final Predicate<Runnable> desk;
    private final @Nullable LineWriter writer;
    private final Map<String, LinePace> paces = new ConcurrentHashMap<>();

    private CallLog(CallLogConfig config, boolean atServer, String logger) {
        this.config = config;
        this.slowNanos = slow(config);
        this.atServer = atServer;
        this.ticker = Ticker.system();
        this.log = LoggerFactory.getLogger(logger)::warn;
        LineWriter own = new LineWriter("moa-call-log", this::tellLeftOut);
        this.writer = own;
        this.desk = own::offer;
    }

    /**
     * A log whose lines go where a test reads them.
     *
     * @param desk has a line made and written, or refuses
     */
    CallLog(CallLogConfig config, boolean atServer, Ticker ticker, Consumer<String> log, Predicate<Runnable> desk) {
        this.config = config;
        this.slowNanos = slow(config);
        this.atServer = atServer;
        this.ticker = ticker;
        this.log = log;
        this.desk = desk;
        this.writer = null;
    }

    private static long slow(CallLogConfig config) {
        return config.slowAfter().isZero() ? Long.MAX_VALUE : config.slowAfter().toNanos();
    }

    /** A new log for one client. */
    public static CallLog ofClient(CallLogConfig config) {
        return new CallLog(config, false, CLIENT);
    }

    /** A new log for one server. */
    public static CallLog ofServer(CallLogConfig config) {
        return new CallLog(config, true, SERVER);
    }

    @Override
    public MethodObserver of(ServiceId service, MethodId method) {
        String name = service.toString();
        CallEnd end = (call, reply, tookNanos) -> {
            if (tookNanos > slowNanos || (config.failures() && reply.hasFailed())) {
                tell(name, new CallLine(call, reply, tookNanos, atServer));
            }
        };
        return call -> end;
    }

    @Override
    public MethodObserver ofUnknown() {
        CallEnd end = (call, reply, tookNanos) -> {
            if (config.failures() && reply.hasFailed()) {
                tell(OTHERS, new CallLine(call, reply, tookNanos, atServer));
            }
        };
        return call -> end;
    }

    private void tell(String service, CallLine line) {
        LinePace pace = pace(service);
        if (pace.take(ticker.nanos()) && !desk.test(() -> write(pace, line))) {
            pace.leaveOut();
        }
    }

    private LinePace pace(String service) {
        LinePace known = paces.get(service);
        if (known != null) {
            return known;
        }
        String whose = paces.size() < SERVICES ? service : OTHERS;
        return paces.computeIfAbsent(whose, any -> new LinePace(config.linesPerSecond(), ticker.nanos()));
    }

    private void write(LinePace pace, CallLine line) {
        long others = pace.takeLeftOut();
        log.accept(others == 0 ? line.toString() : line + "; before it " + others + " such calls were left out");
    }

    /** After a storm no line may come that says how many were left out. */
    void tellLeftOut() {
        paces.forEach((service, pace) -> {
            long others = pace.takeLeftOut();
            if (others > 0) {
                log.accept(others + " calls of " + CallLine.shown(service)
                        + " that failed or were slow were left out, as there are " + config.linesPerSecond()
                        + " lines a second");
            }
        });
    }

    @Override
    public void close() {
        tellLeftOut();
        if (writer != null) {
            writer.close();
        }
    }
}
