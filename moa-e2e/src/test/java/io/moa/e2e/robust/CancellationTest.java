package io.moa.e2e.robust;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.moa.client.CallOptions;
import io.moa.invoke.CallTimeoutException;
import io.moa.invoke.Cancellation;
import io.moa.testkit.LeakCheck;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Client → A → B → C over sockets: what the client gives up is given up at C. */
@ExtendWith(LeakCheck.class)
@Timeout(120)
class CancellationTest {

    private static final int CALLS = 20;

    @ParameterizedTest(name = "hops wait: {0}")
    @ValueSource(booleans = {true, false})
    void withdrawalReachesTheLastServerOfAChain(boolean waiting) throws Exception {
        try (Town town = new Town()) {
            RelayChain chain = new RelayChain(town);
            List<CompletableFuture<String>> calls = IntStream.range(0, CALLS)
                    .mapToObj(i -> waiting
                            ? chain.client.async(chain.relay, relay -> relay.pass("x"))
                            : chain.relay.passLater("x"))
                    .toList();
            Town.eventually().until(() -> chain.kept.size() == CALLS, () -> chain.kept.size() + " arrived at C");
            calls.forEach(call -> call.cancel(true));
            Town.eventually()
                    .until(
                            () -> chain.kept.stream().allMatch(CompletableFuture::isDone),
                            () -> "C was not told of every withdrawal");
            assertThat(chain.kept).allMatch(result -> result.join().equals("withdrawn: CALLER"));
        }
    }

    @Test
    void lossOfTheClientReachesTheLastServerOfAChain() throws Exception {
        try (Town town = new Town()) {
            RelayChain chain = new RelayChain(town);
            CompletableFuture<String> call = chain.relay.passLater("x");
            Town.eventually().until(() -> chain.kept.size() == 1, () -> "not arrived at C");
            chain.client.close();
            assertThatThrownBy(call::join).hasMessageContaining("broke");
            Town.eventually().until(() -> chain.kept.element().isDone(), () -> "C was not told");
        }
    }

    @Test
    void deadlineShrinksFromHopToHopAndEndsTheCallEverywhere() throws Exception {
        Duration timeout = Duration.ofSeconds(2);
        try (Town town = new Town()) {
            RelayChain chain = new RelayChain(town);
            CompletableFuture<String> connects = chain.relay.passLater("connects");
            Town.eventually().until(() -> !chain.kept.isEmpty(), () -> "C was not reached");
            connects.cancel(true);
            Town.eventually().until(() -> chain.servers.stream().allMatch(s -> s.inFlight() == 0), () -> "in flight");
            chain.visits.clear();
            Relay hasty = chain.client.with(chain.relay, CallOptions.NONE.withTimeout(timeout));
            assertThatThrownBy(() -> hasty.pass("x")).isInstanceOf(CallTimeoutException.class);
            List<RelayChain.Visit> visits = List.copyOf(chain.visits);
            assertThat(visits).extracting(RelayChain.Visit::place).containsExactly("a", "b", "c");
            long before = timeout.toNanos();
            for (RelayChain.Visit visit : visits) {
                assertThat(visit.remainingNanos())
                        .as("left at %s", visit.place())
                        .isLessThan(before);
                before = visit.remainingNanos();
            }
            // A and B wait for their own calls, which end at the same deadline; C waits for nothing and has to be told.
            Cancellation last = visits.get(2).cancellation();
            Town.eventually().until(() -> last.reason() == Cancellation.Reason.DEADLINE, () -> "C was not told");
        }
    }
}
