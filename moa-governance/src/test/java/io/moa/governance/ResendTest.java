package io.moa.governance;

import static org.assertj.core.api.Assertions.assertThat;

import io.moa.governance.outcome.Resend;
import io.moa.governance.policy.MethodPolicy;
import io.moa.governance.policy.PolicyKey;
import io.moa.invoke.Executed;
import io.moa.invoke.Hints;
import io.moa.invoke.Reply;
import io.moa.invoke.Status;
import java.util.EnumSet;
import java.util.Set;
import org.junit.jupiter.api.Test;

class ResendTest {

    private static final MethodPolicy PLAIN = MethodPolicy.DEFAULT;
    private static final MethodPolicy IDEMPOTENT = MethodPolicy.DEFAULT.withCode(PolicyKey.IDEMPOTENT, true, "");
    private static final Set<Status> HELPS_ELSEWHERE = EnumSet.of(
            Status.UNAVAILABLE,
            Status.OVERLOADED,
            Status.DRAINING,
            Status.PROTOCOL_ERROR,
            Status.UNIMPLEMENTED,
            Status.INTERNAL);

    @Test
    void whatCertainlyDidNotRunIsSentAgainWhateverTheMethod() {
        for (Status status : Status.values()) {
            assertThat(Resend.allowed(Reply.failure(status, Executed.NO, ""), PLAIN, 1))
                    .as("%s", status)
                    .isEqualTo(HELPS_ELSEWHERE.contains(status));
        }
    }

    @Test
    void whatMayHaveRunIsSentAgainOnlyIfIdempotent() {
        for (Executed executed : EnumSet.of(Executed.MAYBE, Executed.YES)) {
            for (Status status : Status.values()) {
                Reply.Failure failure = Reply.failure(status, executed, "");
                assertThat(Resend.allowed(failure, PLAIN, 1))
                        .as("%s %s", status, executed)
                        .isFalse();
                assertThat(Resend.allowed(failure, IDEMPOTENT, 1))
                        .as("%s %s", status, executed)
                        .isEqualTo(HELPS_ELSEWHERE.contains(status));
            }
        }
    }

    @Test
    void aFaultOfTheServerIsWorthAnotherOneAnAnswerIsNot() {
        Reply.Failure answer = Reply.failure(Status.APPLICATION, Executed.YES, "out of stock");
        Reply.Failure fault = answer.withHints(Hints.FAULT);
        assertThat(Resend.allowed(answer, IDEMPOTENT, 1)).isFalse();
        assertThat(Resend.allowed(fault, IDEMPOTENT, 1)).isTrue();
        assertThat(Resend.allowed(fault, PLAIN, 1)).isFalse();
    }

    @Test
    void attemptsEnd() {
        Reply.Failure failure = Reply.failure(Status.UNAVAILABLE, Executed.NO, "");
        assertThat(Resend.allowed(failure, PLAIN, 2)).isTrue();
        assertThat(Resend.allowed(failure, PLAIN, 3)).isFalse();
    }

    @Test
    void serverMayForbidIt() {
        Reply.Failure failure =
                Reply.failure(Status.OVERLOADED, Executed.NO, "").withHints(new Hints(0, true, Hints.UNKNOWN_LOAD));
        assertThat(Resend.allowed(failure, IDEMPOTENT, 1)).isFalse();
    }
}
