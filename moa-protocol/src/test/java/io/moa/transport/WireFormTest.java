package io.moa.transport;

import static org.assertj.core.api.Assertions.assertThat;

import io.moa.protocol.frame.RequestHop;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Of how much time a peer is told. */
class WireFormTest {

    @ParameterizedTest
    @CsvSource({"1000000, 3000", "48000, 3000", "47984, 2999", "16000, 1000", "16, 1", "15, 0.937"})
    void anAgentIsToldOfALittleLess(long leftMicros, double lessMicros) {
        assertThat(new WireForm(new byte[0], 1, true).told(leftMicros * 1_000))
                .isEqualTo(leftMicros * 1_000 - (long) (lessMicros * 1_000));
    }

    @ParameterizedTest
    @ValueSource(longs = {RequestHop.NO_DEADLINE, 0})
    void whatIsNoTimeStaysSo(long remaining) {
        assertThat(new WireForm(new byte[0], 1, true).told(remaining)).isEqualTo(remaining);
    }

    @ParameterizedTest
    @ValueSource(longs = {RequestHop.NO_DEADLINE, 0, 1, 1_000_000_000})
    void whoServesACallIsToldAll(long remaining) {
        assertThat(new WireForm(new byte[0], 1).told(remaining)).isEqualTo(remaining);
    }
}
