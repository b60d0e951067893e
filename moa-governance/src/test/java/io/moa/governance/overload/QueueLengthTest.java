package io.moa.governance.overload;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import org.junit.jupiter.api.Test;

class QueueLengthTest {

    private final QueueLength length = new QueueLength(1_024, Duration.ofMillis(100));

    @Test
    void whileNobodyKnowsWhatIsServedTheMostMayWait() {
        assertThat(length.length(64)).isEqualTo(1_024);
        length.served(400, false);
        assertThat(length.length(64))
                .as("nobody waited, so more might have been served")
                .isEqualTo(1_024);
    }

    @Test
    void asManyAsAreServedInATenthOfASecondAndTwiceThoseThatRun() {
        length.served(400, true);
        assertThat(length.length(4)).isEqualTo(40);
        assertThat(length.length(64)).isEqualTo(128);
        length.served(1_000_000, true);
        assertThat(length.length(4)).isEqualTo(1_024);
    }

    @Test
    void moreThanWasKnownIsLearnedAtAnyTimeAndLessOnlyWhenNoMoreCould() {
        length.served(400, true);
        length.served(100, false);
        assertThat(length.length(4)).isEqualTo(40);
        length.served(800, false);
        assertThat(length.length(4)).isEqualTo(80);
        length.served(200, true);
        assertThat(length.length(4)).isEqualTo(20);
    }
}
