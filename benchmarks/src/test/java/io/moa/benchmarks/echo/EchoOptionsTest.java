package io.moa.benchmarks.echo;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;

class EchoOptionsTest {

    @Test
    void travelsToAnotherProcessAsWords() {
        EchoOptions options = new EchoOptions(1, 2, 3, 4, 5, 6, Transport.nio);

        assertThat(EchoOptions.parse(options.words())).isEqualTo(options);
    }

    @Test
    void namesTheOptionThatIsOutOfRange() {
        assertThatThrownBy(() -> new EchoOptions(0, 1, 1, 1, 0, 0, Transport.nio))
                .hasMessageContaining("--callers");
    }
}
