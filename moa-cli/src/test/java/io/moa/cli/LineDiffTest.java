package io.moa.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class LineDiffTest {

    @Test
    void tellsWhatWentAndWhatCame() {
        assertThat(LineDiff.of(List.of("a", "b", "c", "d", "e"), List.of("a", "c", "x", "d", "f", "e")))
                .containsExactly("  a", "- b", "  c", "+ x", "  d", "+ f", "  e");
    }

    @Test
    void eachSideCanBeReadOutOfTheDifferenceAndNoLineMovesNeedlessly() {
        Random chance = new Random(11);
        for (int i = 0; i < 2_000; i++) {
            List<String> before = lines(chance);
            List<String> after = lines(chance);
            List<String> told = LineDiff.of(before, after);
            assertThat(side(told, '-')).isEqualTo(before);
            assertThat(side(told, '+')).isEqualTo(after);
            assertThat(told.stream().filter(line -> line.startsWith("  ")).count())
                    .as("%s and %s", before, after)
                    .isEqualTo(longestCommon(before, after, 0, 0));
        }
    }

    @Test
    void textsThatAreAllDifferentAndLongAreToldWithoutATable() {
        List<String> before = IntStream.range(0, 5_000).mapToObj(i -> "a" + i).toList();
        List<String> after = IntStream.range(0, 5_000).mapToObj(i -> "b" + i).toList();
        assertThat(LineDiff.of(before, after))
                .hasSize(10_000)
                .startsWith("- a0")
                .endsWith("+ b4999");
    }

    private static List<String> lines(Random chance) {
        List<String> lines = new ArrayList<>();
        for (int i = chance.nextInt(8); i > 0; i--) {
            lines.add("" + (char) ('a' + chance.nextInt(3)));
        }
        return lines;
    }

    private static List<String> side(List<String> told, char sign) {
        return told.stream()
                .filter(line -> line.charAt(0) == ' ' || line.charAt(0) == sign)
                .map(line -> line.substring(2))
                .toList();
    }

    private static long longestCommon(List<String> one, List<String> other, int i, int j) {
        if (i == one.size() || j == other.size()) {
            return 0;
        }
        return one.get(i).equals(other.get(j))
                ? 1 + longestCommon(one, other, i + 1, j + 1)
                : Math.max(longestCommon(one, other, i + 1, j), longestCommon(one, other, i, j + 1));
    }
}
