package io.moa.e2e.robust;

import static org.assertj.core.api.Assertions.assertThat;

import io.moa.Moa;
import io.moa.client.CallOptions;
import io.moa.client.MoaClient;
import io.moa.invoke.CallScope;
import io.moa.invoke.Executed;
import io.moa.invoke.Status;
import io.moa.server.MoaServer;
import io.moa.server.dispatch.Workers;
import io.moa.testkit.CallAccount;
import io.moa.testkit.FakeTicker;
import io.moa.testkit.LeakCheck;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Semaphore;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.ExtendWith;

/**
 * A worker with far more to do than it can. The server's time is the test's: it moves only while the worker is inside a call,
 * so that between the server's last look at a deadline and the first line of the implementation no time passes, and "none
 * began late" means none.
 */
@ExtendWith(LeakCheck.class)
@Timeout(120)
class ExpiredWorkTest {

    private static final int CALLS = 300;

    private final FakeTicker ticker = new FakeTicker();
    private final Semaphore leave = new Semaphore(0);
    private final AtomicInteger entered = new AtomicInteger();
    private final AtomicInteger late = new AtomicInteger();
    private final CallAccount account = new CallAccount();

    @Test
    void nothingBeginsAfterItsDeadline() throws Exception {
        Random random = new Random(4);
        try (Town town = new Town()) {
            Moa moa = town.keep(Moa.builder(Town.APPLICATION)
                    .registry(town.registry)
                    .ticker(ticker)
                    .build());
            MoaServer server = town.provider(
                    MoaServer.builder(moa)
                            .workers(Workers.platform(1, CALLS))
                            .adaptive(false), // as many wait as the queue holds, however much time the test lets pass
                    Work.class,
                    new Workshop("x", this::run));
            MoaClient client = town.consumer(Town.PATIENT);
            Work work = client.stub(Work.class);
            List<CompletableFuture<Long>> calls = new ArrayList<>();
            for (int i = 0; i < CALLS; i++) {
                // Long enough that the client, whose time is real, does not give up before the server looks.
                Duration timeout = Duration.ofSeconds(120 + random.nextInt(600));
                Work each = client.with(work, CallOptions.NONE.withTimeout(timeout));
                long id = account.sent(false);
                calls.add(Town.settle(account, id, client.async(each, w -> w.once(id))));
            }
            Town.eventually().until(() -> server.inFlight() == CALLS, () -> server.inFlight() + " arrived");
            for (int begun = 1; account.open() > 0; begun++) {
                int expected = begun;
                Town.eventually()
                        .until(
                                () -> entered.get() == expected || account.open() == 0,
                                () -> entered + " entered, " + account);
                ticker.advance(Duration.ofMillis(random.nextInt(10_000)));
                leave.release();
            }
            CallAccount.Tally tally = account.verify();
            assertThat(late).as("began after their deadline").hasValue(0);
            assertThat(tally.executions()).isEqualTo(tally.ok()).isPositive();
            assertThat(tally.rejected())
                    .as("ended before they began")
                    .isPositive()
                    .isEqualTo(CALLS - tally.ok());
            calls.stream().filter(CompletableFuture::isCompletedExceptionally).forEach(call -> {
                Throwable thrown = call.handle((value, why) -> why).join();
                assertThat(Town.failure(thrown).status()).isEqualTo(Status.DEADLINE_EXCEEDED);
                assertThat(Town.executed(thrown)).isEqualTo(Executed.NO);
            });
        }
    }

    private void run(long id) {
        CallScope scope = CallScope.current();
        if (scope == null || scope.deadline().expired(ticker.nanos())) {
            late.incrementAndGet();
        }
        account.executed(id);
        entered.incrementAndGet();
        leave.acquireUninterruptibly();
    }
}
