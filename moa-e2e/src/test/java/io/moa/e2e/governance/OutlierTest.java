package io.moa.e2e.governance;

import static io.moa.e2e.governance.Processes.soon;
import static org.assertj.core.api.Assertions.assertThat;

import io.moa.annotation.Idempotent;
import io.moa.annotation.MoaService;
import io.moa.client.MoaClient;
import io.moa.discovery.ServiceId;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.RegisterExtension;

/** One server of four is no good, over sockets. */
@Timeout(120)
class OutlierTest {

    /** What the service declares. */
    public static final class SoldOut extends Exception {
        private static final long serialVersionUID = 1;

        /** Says so. */
        public SoldOut(String message) {
            super(message);
        }
    }

    /** The service. */
    @MoaService(name = "outliers.Stock")
    @io.moa.annotation.Timeout(millis = 20_000)
    public interface Stock {
        @Idempotent
        int count(String item) throws SoldOut;

        void take(String item) throws SoldOut;
    }

    private static final ServiceId STOCK = ServiceId.of("outliers.Stock");

    private enum Way {
        WORKS,
        SAYS_NO,
        IS_BROKEN
    }

    /** One server. */
    private static final class Shelf implements Stock {
        private final AtomicInteger calls = new AtomicInteger();
        private volatile Way way = Way.WORKS;

        @Override
        public int count(String item) throws SoldOut {
            answer();
            return 1;
        }

        @Override
        public void take(String item) throws SoldOut {
            answer();
        }

        private void answer() throws SoldOut {
            calls.incrementAndGet();
            switch (way) {
                case WORKS -> {}
                case SAYS_NO -> throw new SoldOut("none left");
                case IS_BROKEN -> throw new IllegalStateException("the disk is full");
            }
        }
    }

    @RegisterExtension
    final Processes processes = new Processes();

    private final List<Shelf> shelves = new ArrayList<>();
    private MoaClient client;
    private Stock stock;

    @BeforeEach
    void start() {
        for (int i = 0; i < 4; i++) {
            Shelf shelf = new Shelf();
            processes.serve("stock", server -> server.export(shelf));
            shelves.add(shelf);
        }
        client = processes.client("caller");
        stock = client.stub(Stock.class);
    }

    private void warm() throws SoldOut {
        for (int i = 0; i < 200; i++) {
            stock.count("a");
        }
        shelves.forEach(shelf -> assertThat(shelf.calls.getAndSet(0)).isPositive());
    }

    private boolean failsToTake() {
        try {
            stock.take("a");
            return false;
        } catch (IllegalStateException e) {
            assertThat(e).hasMessageContaining("the disk is full");
            return true;
        } catch (SoldOut e) {
            throw new AssertionError(e);
        }
    }

    /** A4, by count: it fails faster than the others work, and attracts nobody. */
    @Test
    void aServerThatFailsEachCallIsEjectedAndComesBackWhenItWorks() throws Exception {
        warm();
        Shelf broken = shelves.get(2);
        broken.way = Way.IS_BROKEN;
        int before = broken.calls.get();
        int[] failed = new int[1];
        // Who was slow a moment ago, on a busy machine, is called a little later.
        soon().until(
                        () -> {
                            for (int i = 0; i < 500; i++) {
                                count(); // none fails
                                failed[0] += failsToTake() ? 1 : 0;
                            }
                            return client.explain(STOCK).contains("ejected for another");
                        },
                        () -> client.explain(STOCK));
        assertThat(failed[0]).isLessThanOrEqualTo(10);
        assertThat(broken.calls.get() - before).isPositive().isLessThan(30);
        broken.way = Way.WORKS;
        broken.calls.set(0);
        soon().until(
                        () -> {
                            int answered = 0;
                            for (int i = 0; i < 20; i++) {
                                answered += count();
                            }
                            return answered == 20 && broken.calls.get() > 20;
                        },
                        () -> client.explain(STOCK));
    }

    private int count() {
        try {
            return stock.count("a");
        } catch (SoldOut e) {
            throw new AssertionError(e);
        }
    }

    @Test
    void whatTheServiceDeclaresSpeaksAgainstNobody() throws Exception {
        warm();
        Shelf empty = shelves.get(1);
        empty.way = Way.SAYS_NO;
        int refused = 0;
        for (int i = 0; i < 1_000; i++) {
            try {
                stock.count("a");
            } catch (SoldOut e) {
                refused++;
            }
        }
        assertThat(refused).as("it is called like the others").isGreaterThan(20);
        assertThat(client.explain(STOCK)).doesNotContain("ejected");
    }

    /** A fault of the caller, or of what is behind all servers, must not take half of them away. */
    @Test
    void whereAllFailNobodyStaysEjected() throws Exception {
        warm();
        shelves.forEach(shelf -> shelf.way = Way.IS_BROKEN);
        // Who fails while the others have not been called since, on a busy machine, may be ejected until it is tried
        // again.
        soon().until(
                        () -> {
                            for (int i = 0; i < 300; i++) {
                                assertThat(failsToTake()).isTrue();
                            }
                            return !client.explain(STOCK).contains("ejected")
                                    && shelves.stream().allMatch(shelf -> shelf.calls.get() > 30);
                        },
                        () -> client.explain(STOCK));
    }

    /** C3, by count: whatever the method declares, the servers are given a tenth more at most, and a few. */
    @Test
    void aServiceThatFailsIsNotGivenTwiceTheCalls() {
        shelves.forEach(shelf -> shelf.way = Way.IS_BROKEN);
        for (int i = 0; i < 1_000; i++) {
            try {
                stock.count("a");
            } catch (IllegalStateException | SoldOut e) {
                // all of them
            }
        }
        int given = shelves.stream().mapToInt(shelf -> shelf.calls.get()).sum();
        assertThat(given).isBetween(1_000, 1_120);
    }
}
