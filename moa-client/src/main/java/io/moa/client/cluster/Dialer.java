package io.moa.client.cluster;

import io.moa.Moa;
import io.moa.discovery.Address;
import io.moa.transport.ConnectFailedException;
import io.moa.transport.Connection;
import io.moa.transport.Wanted;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;

/** Connects to the first of some addresses that answers, one after the other, without a pause. Safe for many threads. */
final class Dialer {

    /**
     * A connection that came about.
     *
     * @param why why it leads where it leads, for people
     */
    record Dialled(Connection connection, String why) {}

    private Dialer() {}

    /**
     * Connects.
     *
     * @param ways at least one address
     * @return the connection, or exceptionally why none of them answers
     */
    static CompletableFuture<Dialled> dial(Moa moa, Ways ways, Wanted wanted) {
        CompletableFuture<Dialled> dialled = new CompletableFuture<>();
        dial(moa, ways, 0, "", wanted, dialled);
        return dialled;
    }

    private static void dial(
            Moa moa, Ways ways, int index, String before, Wanted wanted, CompletableFuture<Dialled> dialled) {
        Address where = ways.addresses().get(index);
        CompletableFuture<Connection> coming;
        try {
            coming = moa.transport().connect(where, moa.self(), wanted);
        } catch (RuntimeException e) { // such as a transport that is closed
            dialled.completeExceptionally(e);
            return;
        }
        coming.whenComplete((connection, thrown) -> {
            if (thrown == null) {
                dialled.complete(new Dialled(connection, before.isEmpty() ? ways.reason() : before));
                return;
            }
            Throwable cause =
                    thrown instanceof CompletionException && thrown.getCause() != null ? thrown.getCause() : thrown;
            if (index + 1 < ways.addresses().size()) {
                dial(
                        moa,
                        ways,
                        index + 1,
                        before + (before.isEmpty() ? "" : "; ") + cause.getMessage(),
                        wanted,
                        dialled);
            } else if (before.isEmpty()) {
                dialled.completeExceptionally(cause);
            } else {
                dialled.completeExceptionally(new ConnectFailedException(before + "; " + cause.getMessage(), cause));
            }
        });
    }
}
