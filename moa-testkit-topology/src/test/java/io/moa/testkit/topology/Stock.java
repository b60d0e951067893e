package io.moa.testkit.topology;

import io.moa.annotation.Idempotent;
import io.moa.annotation.MoaService;
import io.moa.annotation.OneWay;
import io.moa.annotation.Timeout;
import java.util.concurrent.CompletableFuture;

/** A service of each kind of method that matters to a test. */
@MoaService
@Timeout(millis = 10_000)
public interface Stock {

    /** Thrown to a caller who asks for too much. */
    final class SoldOut extends Exception {
        private static final long serialVersionUID = 1L;

        public SoldOut(String message) {
            super(message);
        }
    }

    @Idempotent
    int left(String item);

    int sell(String item, int count) throws SoldOut;

    int take(String item, int count);

    CompletableFuture<Integer> count(String item);

    @OneWay
    void hint(String text);
}
