package io.moa.e2e.proxy;

import io.moa.annotation.ErrorCode;
import io.moa.annotation.Idempotent;
import io.moa.annotation.MoaService;
import io.moa.annotation.Retry;
import io.moa.annotation.Timeout;
import java.util.concurrent.CompletableFuture;

/** What a consumer in Java knows of a stock in another language. */
@MoaService(name = "shop.Stock", serializer = "json")
public interface PublishedStock {

    @Idempotent
    @Retry(attempts = 3)
    @Timeout(millis = 60_000)
    int reserve(String item, int count) throws OutOfStock;

    /** What a process in another language says by its code. */
    @ErrorCode("OUT_OF_STOCK")
    final class OutOfStock extends Exception {
        private static final long serialVersionUID = 1L;

        private int left;

        public OutOfStock(String message) {
            super(message);
        }

        public int left() {
            return left;
        }
    }

    @Timeout(millis = 60_000)
    String echo(String text);

    @Timeout(millis = 60_000)
    String who();

    @Timeout(millis = 200)
    Integer hang();

    @Timeout(millis = 60_000)
    CompletableFuture<Integer> slow();

    @Timeout(millis = 60_000)
    String strange();
}
