package io.moa.registry.watch;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;

/** What people read of a verdict, whatever those said who were asked. */
class EvidenceTest {

    @Test
    void whatOthersSaidIsOneShortLineEach() {
        Evidence evidence = new Evidence(
                "u",
                Change.SUSPECT,
                "w",
                1,
                2,
                3,
                "no\nanswer",
                Evidence.NOT_ASKED,
                List.of("refused\u2028\u001b[2J\u202e", "x".repeat(500)),
                List.of(),
                "");
        assertThat(evidence.lines())
                .containsExactly(
                        "SUSPECT by watcher w (part 1, fence 2): no answer",
                        "probe: refused  [2J?",
                        "probe: " + "x".repeat(Evidence.MAX_SENTENCE - 1) + "…");
    }
}
