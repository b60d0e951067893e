package io.moa.transport.netty;

import io.moa.protocol.frame.Frames;
import io.moa.transport.ConnectFailedException;
import io.netty.util.collection.LongObjectHashMap;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;

/** The pings that somebody waits for, as opposed to the connection's own heartbeat. All methods belong to the event loop, except {@link #ask}. */
final class PendingPings {

    private static final int MAX_WAITING = 1_024;

    /** No heartbeat has such a token: its token is a time. */
    private static final long FIRST_TOKEN = 1L << 62;

    private final FrameLink link;
    private final LongObjectHashMap<CompletableFuture<Void>> waiting = new LongObjectHashMap<>();
    private long lastToken = FIRST_TOKEN;

    PendingPings(FrameLink link) {
        this.link = link;
    }

    /** Sends a ping. Any thread. */
    CompletableFuture<Void> ask() {
        Ping ping = new Ping();
        link.post(ping);
        return ping.answer;
    }

    /** The peer answered. One that nobody waits for is ignored. */
    void answered(long token) {
        CompletableFuture<Void> answer = waiting.remove(token);
        if (answer != null) {
            answer.complete(null);
        }
    }

    /** The connection is gone. */
    void lost(String reason) {
        List<CompletableFuture<Void>> all = new ArrayList<>(waiting.values());
        waiting.clear();
        all.forEach(each -> each.completeExceptionally(unanswered(reason)));
    }

    private static ConnectFailedException unanswered(String reason) {
        return new ConnectFailedException("The ping was not answered: " + reason, null);
    }

    private final class Ping implements Outbound {
        private final CompletableFuture<Void> answer = new CompletableFuture<>();
        private @Nullable Outbound next;

        @Override
        public void write(FrameOutput output) {
            if (waiting.size() >= MAX_WAITING) {
                answer.completeExceptionally(unanswered(MAX_WAITING + " others wait on this connection"));
                return;
            }
            long token = ++lastToken;
            waiting.put(token, answer);
            output.write(out -> Frames.ping(out, token));
        }

        @Override
        public void abandon() {
            answer.completeExceptionally(unanswered("the connection is closed"));
        }

        @Override
        public void failed(FrameOutput output, Throwable thrown) {
            answer.completeExceptionally(unanswered("it could not be written: " + thrown));
        }

        @Override
        public @Nullable Outbound nextOutbound() {
            return next;
        }

        @Override
        public void nextOutbound(@Nullable Outbound following) {
            next = following;
        }
    }
}
