package io.moa.client.cluster;

import io.moa.invoke.Reply;
import java.util.concurrent.CompletableFuture;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * The reply to a call as those above the route's end wait for it. As long as the call is sent once, it is the reply of that attempt. Whoever
 * sends the call a second time beside the first {@linkplain #divert diverts} the end of this attempt and completes this with the reply
 * that counts: so a call that needs no second attempt pays nothing for the possibility. Safe for many threads.
 */
public class Attempt extends CompletableFuture<Reply> {

    private @Nullable Consumer<Reply> instead; // guarded by this
    private boolean ended; // guarded by this

    /** One that is on its way. */
    public Attempt() {}

    /** The attempt has ended so. Called once, by whoever makes it. */
    public final void end(Reply reply) {
        Consumer<Reply> other;
        synchronized (this) { // or one that diverts at this very moment would wait for an end that is told already
            ended = true;
            other = instead;
        }
        if (other != null) {
            other.accept(reply);
        } else if (!complete(reply)) {
            free(reply);
        }
    }

    /**
     * From now on the end of the attempt is told to this one, who answers for completing the whole. If the attempt ends at this very
     * moment, the call may be over all the same, and whoever diverts looks for that by a stage of his own.
     *
     * @param to owns the reply; told at most once
     * @return whether it is so; false if somebody has done it before, or the call has ended
     */
    public final boolean divert(Consumer<Reply> to) {
        synchronized (this) {
            if (instead != null || ended || isDone()) {
                return false;
            }
            instead = to;
            return true;
        }
    }

    /** Gives back what a reply holds that nobody wants. */
    public static void free(Reply reply) {
        if (reply instanceof Reply.Value value) {
            value.payload().release();
        }
    }
}
