package io.moa.testkit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.moa.testkit.CallAccount.Outcome;
import io.moa.testkit.CallAccount.Tally;
import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;

class CallAccountTest {

    private final CallAccount account = new CallAccount();

    @Test
    void balancesWhenEachCallHasOneOutcome() {
        long ok = account.sent(false);
        account.executed(ok);
        account.ok(ok, ok);
        long business = account.sent(true);
        account.executed(business);
        account.executed(business); // a retry of an idempotent call
        account.outcome(business, Outcome.BUSINESS_ERROR);
        account.outcome(account.sent(false), Outcome.REJECTED);
        long unknown = account.sent(false);
        account.executed(unknown);
        account.outcome(unknown, Outcome.UNKNOWN);
        assertThat(account.verify()).isEqualTo(new Tally(4, 1, 1, 1, 1, 4, 0, 0, 0, 0, 0));
    }

    @Test
    void printsOneLine() {
        PrintStream before = System.out;
        ByteArrayOutputStream printed = new ByteArrayOutputStream();
        System.setOut(new PrintStream(printed, true, StandardCharsets.UTF_8));
        try {
            account.ok(account.sent(true), 0);
            account.verify();
        } finally {
            System.setOut(before);
        }
        assertThat(printed.toString(StandardCharsets.UTF_8).lines())
                .singleElement()
                .asString()
                .contains("sent 1 = ok 1 + business 0 + rejected 0 + unknown 0 (open 0)", "wrong answers 0");
    }

    @Test
    void findsACallWithoutAnOutcome() {
        account.ok(account.sent(true), 0);
        account.sent(true);
        assertThat(account.open()).isEqualTo(1);
        breaks("call 1 has no outcome");
    }

    @Test
    void findsASecondOutcome() {
        long id = account.sent(true);
        account.ok(id, id);
        account.outcome(id, Outcome.UNKNOWN);
        assertThat(account.open()).isZero();
        breaks("call 0 ended OK and then UNKNOWN");
    }

    @Test
    void findsASecondExecutionOfACallThatIsNotIdempotent() {
        long id = account.sent(false);
        account.executed(id);
        account.executed(id, 2);
        account.ok(id, id);
        breaks("call 0 is not idempotent and was executed 3 times");
    }

    @Test
    void findsAnExecutionThatWasDenied() {
        long id = account.sent(true);
        account.outcome(id, Outcome.REJECTED);
        account.executed(id); // the server wakes up after the refusal was reported
        breaks("call 0 was reported as not executed and was executed 1 times");
    }

    @Test
    void findsAWrongAnswer() {
        account.sent(true);
        account.sent(true);
        account.ok(0, 1);
        account.ok(1, 1);
        breaks("call 0 got the answer of call 1");
    }

    @Test
    void findsStrangers() {
        account.executed(7);
        account.outcome(-1, Outcome.OK);
        breaks("an execution came for call 7, which was never sent");
        assertThat(account.tally().strangers()).isEqualTo(2);
        assertThat(account.executions(7)).isZero();
    }

    @Test
    void refusesAnExecutionThatDidNotHappen() {
        account.sent(true);
        assertThatThrownBy(() -> account.executed(0, 0)).isInstanceOf(IllegalArgumentException.class);
    }

    @Test
    void countsAbsurdlyManyExecutionsWithoutSpillingIntoTheOutcome() {
        long id = account.sent(true);
        account.executed(id, Integer.MAX_VALUE);
        account.executed(id, Integer.MAX_VALUE);
        account.ok(id, id);
        assertThat(account.executions(id)).isEqualTo((1 << 26) - 1);
        assertThat(account.verify().ok()).isEqualTo(1);
    }

    @Test
    void keepsAccountOfAMillionCallsOfManyThreads() throws InterruptedException {
        int threads = 4;
        int each = 250_000;
        Thread[] callers = new Thread[threads];
        for (int t = 0; t < threads; t++) {
            callers[t] = new Thread(() -> {
                for (int i = 0; i < each; i++) {
                    long id = account.sent(i % 2 == 0);
                    switch (i % 4) {
                        case 0, 1 -> {
                            account.executed(id);
                            account.ok(id, id);
                        }
                        case 2 -> account.outcome(id, Outcome.REJECTED);
                        default -> account.outcome(id, Outcome.UNKNOWN);
                    }
                }
            });
            callers[t].start();
        }
        for (Thread caller : callers) {
            caller.join();
        }
        assertThat(account.verify())
                .isEqualTo(new Tally(1_000_000, 500_000, 0, 250_000, 250_000, 500_000, 0, 0, 0, 0, 0));
    }

    @Test
    void countsRacingOutcomesOfOneCallOnce() throws InterruptedException {
        int rounds = 20_000;
        for (int i = 0; i < rounds; i++) {
            account.sent(true);
        }
        Thread one = new Thread(() -> end(rounds, Outcome.OK));
        Thread two = new Thread(() -> end(rounds, Outcome.UNKNOWN));
        one.start();
        two.start();
        one.join();
        two.join();
        Tally tally = account.tally();
        assertThat(tally.ok() + tally.unknown()).isEqualTo(rounds);
        assertThat(tally.outcomesTwice()).isEqualTo(rounds);
    }

    private void end(int rounds, Outcome outcome) {
        for (int i = 0; i < rounds; i++) {
            account.outcome(i, outcome);
        }
    }

    private void breaks(String example) {
        assertThatThrownBy(account::verify)
                .isInstanceOf(AssertionError.class)
                .hasMessageContaining("do not balance")
                .hasMessageContaining(example);
    }
}
