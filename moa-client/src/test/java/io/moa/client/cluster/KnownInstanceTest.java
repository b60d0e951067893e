package io.moa.client.cluster;

import static org.assertj.core.api.Assertions.assertThat;

import io.moa.discovery.Address;
import io.moa.discovery.Instance;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** What people read of an instance: one line, whatever its labels are. */
class KnownInstanceTest {

    private static String line(Map<String, String> labels) {
        Instance instance = Instance.builder("aaaa1111", "stock")
                .addresses(List.of(new Address.Tcp("10.0.0.1", 7001)))
                .labels(labels)
                .build();
        return new KnownInstance(instance, "called; weight 100").line();
    }

    @Test
    void theLabelsStandBetweenWhoItIsAndHowItStands() {
        assertThat(line(Map.of("zone", "north", "version", "2")))
                .isEqualTo("stock@tcp://10.0.0.1:7001#aaaa1111 {version=2, zone=north}: called; weight 100");
        assertThat(line(Map.of())).isEqualTo("stock@tcp://10.0.0.1:7001#aaaa1111: called; weight 100");
    }

    @Test
    void manyAndLongLabelsAreCutShort() {
        Map<String, String> many = new HashMap<>();
        for (int i = 10; i < 22; i++) {
            many.put("l" + i, "x".repeat(50));
        }
        assertThat(line(many))
                .contains("{l10=" + "x".repeat(40) + "…, l11=")
                .contains(", l17=" + "x".repeat(40) + "…, …}: called")
                .doesNotContain("l18");
    }

    @Test
    void nothingInALabelBreaksTheLineOrTheTerminal() {
        assertThat(line(Map.of("zone", "no\nrth\u001b[2J\u202e\u2028")))
                .contains("{zone=no?rth?[2J??}")
                .hasLineCount(1);
    }

    @Test
    void nothingInTheNameOfItsApplicationDoesEither() {
        Instance instance = Instance.builder("aaaa1111", "st\nock\u202e\u00a0").build();
        assertThat(new KnownInstance(instance, "called").line()).isEqualTo("st?ock??@nowhere#aaaa1111: called");
    }
}
