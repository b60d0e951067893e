package io.moa.examples;

import io.moa.annotation.Idempotent;
import io.moa.annotation.MoaService;
import io.moa.annotation.NonBlocking;
import io.moa.annotation.OneWay;
import io.moa.annotation.Timeout;
import java.util.List;
import java.util.concurrent.CompletableFuture;

/** A service with a method of every kind. Caller and provider share this interface, and nothing else. */
@MoaService
@Timeout(millis = 5_000)
public interface Shop {

    /** The caller waits. Sent again only if it certainly did not run: an order must not be placed twice. */
    Receipt order(Order order) throws SoldOutException;

    /** Nobody waits: the future completes when the reply is here. */
    CompletableFuture<Receipt> orderLater(Order order);

    /** May be sent again even if it may have run, up to twice; and its caller waits two seconds, not five. */
    @Idempotent
    @Timeout(millis = 2_000)
    int stock(String item);

    /** Answers out of memory, so the server runs it without a worker thread. */
    @NonBlocking
    List<String> items();

    /** The caller wants no reply. */
    @OneWay
    void visited(String item);

    /** What is ordered. */
    record Order(String item, int pieces) {}

    /** What was sold. */
    record Receipt(String item, int pieces, int priceCents) {}

    /** Not enough of it is left. A declared exception reaches the caller as itself. */
    final class SoldOutException extends Exception {
        private static final long serialVersionUID = 1L;

        public SoldOutException(String message) {
            super(message);
        }
    }
}
