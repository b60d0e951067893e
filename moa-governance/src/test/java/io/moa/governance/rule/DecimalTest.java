package io.moa.governance.rule;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import java.math.BigDecimal;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

class DecimalTest {

    private static final List<String> NUMBERS = List.of(
            "0",
            "-0",
            "+7",
            "7.0",
            "7.000000000",
            "7.0000000000",
            "7.0000000001",
            "-7.0000000001",
            "-0.5",
            "0.999999999",
            "0.9999999999999",
            "999999999999999999",
            "1000000000000000000",
            "1795364219839000001",
            "9223372036854775806",
            "9223372036854775807",
            "9223372036854775807.1",
            "9223372036854775808",
            "-9223372036854775807",
            "-9223372036854775808",
            "99999999999999999999999999999999",
            "-99999999999999999999999999999999.5",
            "00000000000000000000000000000000000000007");

    private static int compare(String said, String rule) {
        return Integer.signum(Decimal.of(new BigDecimal(rule)).compare(said));
    }

    @Test
    void textsOfAnyLengthAreComparedAsTheNumbersThatTheyAre() {
        for (String rule : List.of(
                "0",
                "7",
                "-7",
                "-0.5",
                "0.999999999",
                "1000000000000000000",
                "1795364219839000001",
                "9223372036854775807",
                "-9223372036854775807")) {
            for (String said : NUMBERS) {
                assertThat(compare(said, rule))
                        .as("%s and %s", said, rule)
                        .isEqualTo(new BigDecimal(said).compareTo(new BigDecimal(rule)));
            }
        }
    }

    @Test
    void seededNumbersAreComparedAsTheyAre() {
        Random chance = new Random(8);
        for (int i = 0; i < 100_000; i++) {
            String said = BigDecimal.valueOf(chance.nextLong() >> chance.nextInt(64), chance.nextInt(14))
                    .toPlainString();
            String rule = BigDecimal.valueOf(chance.nextLong() >> (1 + chance.nextInt(62)), chance.nextInt(9))
                    .toPlainString();
            assertThat(compare(said, rule))
                    .as("%s and %s", said, rule)
                    .isEqualTo(new BigDecimal(said).compareTo(new BigDecimal(rule)));
        }
    }

    @Test
    void whatIsNoNumberIsNone() {
        for (String said : List.of("", "-", "+", ".", ".5", "5.", "1e3", "0x7", " 7", "7 ", "1.2.3", "--7", "seven")) {
            assertThat(Decimal.of(BigDecimal.ONE).compare(said)).as(said).isEqualTo(Decimal.NO_NUMBER);
        }
    }

    @Test
    void aRuleSaysNumbersOf64BitsWithNinePlaces() {
        for (String no :
                List.of("9223372036854775808", "-9223372036854775808", "1e30", "0.0000000001", "1e999999999")) {
            assertThatIllegalArgumentException()
                    .isThrownBy(() -> Decimal.of(new BigDecimal(no)))
                    .withMessage("at most 9223372036854775807 with up to 9 digits after the point");
        }
    }
}
