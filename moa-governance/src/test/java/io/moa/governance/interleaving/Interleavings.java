package io.moa.governance.interleaving;

import io.moa.discovery.ServiceId;
import io.moa.invoke.Invocation;
import io.moa.invoke.Ledger;
import io.moa.invoke.MethodId;
import io.moa.invoke.Payload;
import io.moa.invoke.Phase;
import java.util.Objects;
import org.jetbrains.lincheck.Lincheck;
import org.jspecify.annotations.Nullable;

/**
 * Plays a scenario of a few threads in one order of their steps after the other, by a model checker that decides which thread takes the
 * next step. It fails with the steps that led there.
 */
final class Interleavings {

    /** So many orders of a scenario are played; {@code -Dmoa.interleavings=100000} plays more. */
    private static final int ORDERS = Integer.getInteger("moa.interleavings", 100);

    static final Invocation CALL = Invocation.of(
                    ServiceId.of("shop.Stock"),
                    MethodId.parse("count()"),
                    Payload.EMPTY,
                    new Ledger(Phase.SERVER_QUEUE, 0))
            .build();

    private Interleavings() {}

    static void of(Runnable scenario) {
        Lincheck.runConcurrentTest(ORDERS, scenario);
    }

    /** What must be so in the end. An assertion library has too many steps of its own for the checker to look at. */
    static void expect(@Nullable Object expected, @Nullable Object found) {
        if (!Objects.equals(expected, found)) {
            throw new AssertionError("expected " + expected + ", not " + found);
        }
    }

    /** Runs parts of a scenario at the same time. */
    static void together(Runnable... parts) {
        Thread[] threads = new Thread[parts.length];
        for (int i = 0; i < parts.length; i++) {
            threads[i] = new Thread(parts[i]);
            threads[i].start();
        }
        for (Thread thread : threads) {
            try {
                thread.join();
            } catch (InterruptedException e) {
                throw new IllegalStateException(e);
            }
        }
    }
}
