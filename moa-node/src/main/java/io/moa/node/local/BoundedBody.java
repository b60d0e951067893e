package io.moa.node.local;

import java.io.IOException;
import java.net.http.HttpResponse;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Flow;
import org.jspecify.annotations.Nullable;

/** The body of an answer over HTTP, up to a limit. */
final class BoundedBody implements HttpResponse.BodySubscriber<byte[]> {

    /** It was longer. */
    static final class TooLong extends IOException {
        private static final long serialVersionUID = 1L;

        TooLong(int limit) {
            super("answered more than the limit, " + limit + " bytes");
        }
    }

    private final int maxBytes;
    private final CompletableFuture<byte[]> body = new CompletableFuture<>();
    private byte[] bytes = new byte[1_024];
    private int length;
    private Flow.@Nullable Subscription subscription; // guarded by this
    private boolean ended; // guarded by this

    BoundedBody(int maxBytes) {
        this.maxBytes = maxBytes;
    }

    @Override
    public CompletionStage<byte[]> getBody() {
        return body;
    }

    @Override
    public void onSubscribe(Flow.Subscription begun) {
        boolean late;
        synchronized (this) {
            subscription = begun;
            late = ended;
        }
        if (late) {
            begun.cancel();
        } else {
            begun.request(Long.MAX_VALUE);
        }
    }

    /** Reads no more, and ends the connection. Idempotent; for any thread. */
    void end() {
        Flow.Subscription known;
        synchronized (this) {
            ended = true;
            known = subscription;
        }
        if (known != null) {
            known.cancel();
        }
    }

    @Override
    public void onNext(List<ByteBuffer> parts) {
        for (ByteBuffer part : parts) {
            int more = part.remaining();
            if (more > maxBytes - length) {
                end();
                body.completeExceptionally(new TooLong(maxBytes));
                return;
            }
            if (length + more > bytes.length) {
                bytes = Arrays.copyOf(bytes, Math.max(length + more, Math.min(2 * bytes.length, maxBytes)));
            }
            part.get(bytes, length, more);
            length += more;
        }
    }

    @Override
    public void onError(Throwable thrown) {
        body.completeExceptionally(thrown);
    }

    @Override
    public void onComplete() {
        body.complete(Arrays.copyOf(bytes, length));
    }
}
