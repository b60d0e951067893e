package io.moa.server.filter;

import io.moa.discovery.ServiceId;
import io.moa.invoke.Backstop;
import io.moa.invoke.Caller;
import io.moa.invoke.Executed;
import io.moa.invoke.Filter;
import io.moa.invoke.Hints;
import io.moa.invoke.Invocation;
import io.moa.invoke.Invoker;
import io.moa.invoke.MethodId;
import io.moa.invoke.Reply;
import io.moa.invoke.Status;
import io.moa.invoke.ThrownError;
import io.moa.invoke.Ticker;
import io.moa.protocol.payload.BytesPayload;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufUtil;
import io.netty.buffer.Unpooled;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;

/**
 * Runs calls that carry the same idempotency key, of the same caller and method, once: a repetition waits for the first,
 * or gets its reply again. A window, not a promise for ever: it is bounded in time, in calls per caller, in callers and in
 * bytes, and the oldest entries leave first, so a flood of fresh keys from one caller displaces only that caller's.
 *
 * <p>A first call that certainly did not run is forgotten, so that its repetition may run.
 */
public final class DedupFilter implements Filter {

    /**
     * The bounds of the window.
     *
     * @param age how long a reply is kept; default 1 min
     * @param perCaller how many calls are kept for one calling application; default 1,024
     * @param callers how many calling applications are kept; default 256
     * @param maxReplyBytes larger replies are not kept: a repetition is then told that the call has run; default 64 KiB
     * @param maxTotalBytes what all keys and kept replies may take together; default 16 MiB
     */
    public record Window(Duration age, int perCaller, int callers, int maxReplyBytes, long maxTotalBytes) {

        /** Every bound its default. */
        public static final Window DEFAULT = new Window(Duration.ofMinutes(1), 1024, 256, 64 * 1024, 16L * 1024 * 1024);

        public Window {
            if (age.isNegative()
                    || age.isZero()
                    || perCaller < 1
                    || callers < 1
                    || maxReplyBytes < 0
                    || maxTotalBytes < 0) {
                throw new IllegalArgumentException("Every bound of a dedup window is more than 0");
            }
        }
    }

    /** What an entry takes beside its key and reply, about. */
    private static final int ENTRY_BYTES = 400;

    private record Key(ServiceId service, MethodId method, String text) {}

    /** A reply as it is kept: its bytes on the heap, so that nothing has to be counted or freed. */
    @SuppressWarnings("ArrayRecordComponent") // never compared, and never handed out
    private record Kept(byte[] body, Hints hints, Reply.@Nullable Failure failure) {
        /** Whether the call may have run; if not, a repetition may. */
        boolean ran() {
            return failure == null || failure.executed() != Executed.NO;
        }

        Reply again() {
            return failure != null ? failure : new Reply.Value(new BytesPayload(Unpooled.wrappedBuffer(body)), hints);
        }
    }

    private static final class Entry {
        final CompletableFuture<Kept> settled = new CompletableFuture<>();
        boolean running = true; // guarded by the filter
        long settledNanos; // guarded by the filter
        int bytes; // guarded by the filter; what it takes in the window

        boolean isRunning() {
            return running;
        }

        /** Age counts from the end: a call that takes long is not forgotten while it runs. */
        boolean isOver(long now, Window window) {
            return !running && now - settledNanos >= window.age().toNanos();
        }
    }

    /** What is kept for one caller. */
    private static final class Share {
        final LinkedHashMap<Key, Entry> entries = new LinkedHashMap<>();
        long bytes;
    }

    private final Ticker ticker;
    private final Window window;
    private final Map<String, Share> byCaller = new LinkedHashMap<>(16, 0.75f, true); // by this
    private long bytes; // by this

    public DedupFilter(Ticker ticker, Window window) {
        this.ticker = ticker;
        this.window = window;
    }

    @Override
    public CompletableFuture<Reply> apply(Invocation call, Invoker next) {
        String text = call.idempotencyKey();
        if (text == null || call.oneWay()) {
            return next.invoke(call);
        }
        Key key = new Key(call.service(), call.method(), text);
        Entry mine = new Entry();
        Entry first = claim(call.caller(), key, mine);
        if (first != mine) {
            return first.settled.thenCompose(kept -> kept.ran()
                    ? CompletableFuture.completedFuture(kept.again())
                    : apply(call, next)); // the first certainly did not run: this repetition may, with its own deadline
        }
        CompletableFuture<Reply> reply;
        try {
            reply = next.invoke(call);
        } catch (Throwable thrown) {
            keep(call.caller(), key, mine, Backstop.broken(call, thrown));
            throw thrown;
        }
        if (reply == null) {
            keep(call.caller(), key, mine, Backstop.broken(call, new NullPointerException("no future")));
            return reply;
        }
        return reply.whenComplete((value, broken) -> keep(
                call.caller(),
                key,
                mine,
                value != null
                        ? value
                        : Backstop.broken(call, broken == null ? new NullPointerException("no reply") : broken)));
    }

    private synchronized Entry claim(Caller caller, Key key, Entry mine) {
        long now = ticker.nanos();
        Share share = byCaller.computeIfAbsent(caller.application(), any -> new Share());
        Entry known = share.entries.get(key);
        if (known != null && !known.isOver(now, window)) {
            return known;
        }
        if (known != null) {
            share.entries.remove(key);
            uncount(share, known);
        }
        share.entries.put(key, mine);
        count(share, mine, ENTRY_BYTES + 2 * key.text().length());
        makeRoom(share, now);
        return mine;
    }

    /** Drops what is over, and the oldest beyond the bounds; never a call that still runs, or it could run twice. */
    private void makeRoom(Share mine, long now) {
        var oldest = mine.entries.values().iterator();
        while (oldest.hasNext()) {
            Entry entry = oldest.next();
            if (entry.isRunning()) {
                continue; // bounded by the calls in flight
            }
            if (mine.entries.size() <= window.perCaller() && !entry.isOver(now, window)) {
                break;
            }
            oldest.remove();
            uncount(mine, entry);
        }
        var callers = byCaller.values().iterator();
        while (byCaller.size() > window.callers() && callers.hasNext()) {
            Share leastRecent = callers.next();
            if (leastRecent != mine && leastRecent.entries.values().stream().noneMatch(Entry::isRunning)) {
                bytes -= leastRecent.bytes;
                callers.remove();
            }
        }
        boolean dropped = true;
        while (bytes > window.maxTotalBytes() && dropped) {
            dropped = dropOldestOfTheLargest();
        }
    }

    /** Whoever has most gives first, so that a flood costs its own caller before it costs others. */
    private boolean dropOldestOfTheLargest() {
        Share largest = null;
        for (Share share : byCaller.values()) {
            if (largest == null || share.bytes > largest.bytes) {
                largest = share;
            }
        }
        if (largest == null) {
            return false;
        }
        // Some at once, so that a full window does not look for the largest with every call.
        long until = largest.bytes - Math.max(ENTRY_BYTES, largest.bytes / 8);
        long before = largest.bytes;
        var oldest = largest.entries.values().iterator();
        while (oldest.hasNext() && largest.bytes > until) {
            Entry entry = oldest.next();
            if (!entry.isRunning()) {
                oldest.remove();
                uncount(largest, entry);
            }
        }
        return largest.bytes < before;
    }

    /** Keeps the reply for repetitions; the reply itself goes on to the first caller with its own reference. */
    private static int weight(Reply.Failure failure) {
        ThrownError error = failure.error();
        return 2 * failure.message().length() + (error == null ? 0 : error.weight());
    }

    private void keep(Caller caller, Key key, Entry mine, Reply reply) {
        if (reply instanceof Reply.Failure failure && failure.executed() == Executed.NO) {
            synchronized (this) {
                Share share = byCaller.get(caller.application());
                if (share != null && share.entries.remove(key, mine)) {
                    uncount(share, mine);
                }
                mine.running = false;
            }
            mine.settled.complete(new Kept(new byte[0], failure.hints(), failure));
            return;
        }
        Kept kept = null;
        if (reply instanceof Reply.Failure failure) {
            Reply.Failure lighter =
                    new Reply.Failure( // without its cause, which nobody counts and only this process knows
                            failure.status(),
                            failure.executed(),
                            failure.message(),
                            failure.error(),
                            failure.hints(),
                            null);
            kept = new Kept(new byte[0], failure.hints(), lighter);
            synchronized (this) {
                Share share = byCaller.get(caller.application());
                if (share != null && share.entries.get(key) == mine) {
                    count(share, mine, weight(failure));
                }
            }
        } else if (reply instanceof Reply.Value value) {
            ByteBuf body = value.payload() instanceof BytesPayload content ? content.content() : Unpooled.EMPTY_BUFFER;
            int size = body.readableBytes();
            synchronized (this) {
                Share share = byCaller.get(caller.application());
                if (share != null
                        && share.entries.get(key) == mine
                        && size <= window.maxReplyBytes()
                        && bytes + size <= window.maxTotalBytes()) {
                    count(share, mine, size);
                    kept = new Kept(ByteBufUtil.getBytes(body), value.hints(), null);
                }
            }
            if (kept == null) {
                kept = new Kept(
                        new byte[0],
                        value.hints(),
                        Reply.failure(
                                Status.UNAVAILABLE,
                                Executed.YES,
                                "The first call with this idempotency key ran and succeeded; its reply of " + size
                                        + " bytes was not kept for repetitions"));
            }
        }
        synchronized (this) {
            mine.running = false;
            mine.settledNanos = ticker.nanos();
        }
        mine.settled.complete(kept);
    }

    private void count(Share share, Entry entry, int more) {
        entry.bytes += more;
        share.bytes += more;
        bytes += more;
    }

    private void uncount(Share share, Entry entry) {
        share.bytes -= entry.bytes;
        bytes -= entry.bytes;
        entry.bytes = 0;
    }
}
