package io.moa.testkit.topology;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;

/** The code in README.md is compiled and runs. */
class ReadmeTest {

    private static final Path TESTS = Path.of("src/test/java/io/moa/testkit/topology");

    @Test
    void theReadmeShowsTheTestsAsTheyAre() throws IOException {
        Matcher block = Pattern.compile("^```java\n(.*?)^```$", Pattern.DOTALL | Pattern.MULTILINE)
                .matcher(Files.readString(Path.of("README.md")));
        List<String> blocks = new ArrayList<>();
        while (block.find()) {
            blocks.add(block.group(1));
        }
        assertThat(blocks)
                .containsExactly(shown("StockRoomTest.java"), shown("MockedStockTest.java"), shown("OutageTest.java"));
    }

    private static String shown(String file) throws IOException {
        String source = Files.readString(TESTS.resolve(file));
        int begin = source.indexOf('\n', source.indexOf("// README begins.")) + 1;
        int end = source.lastIndexOf('\n', source.indexOf("// README ends.")) + 1;
        assertThat(begin).as("the marks in " + file).isPositive().isLessThan(end);
        return source.substring(begin, end);
    }
}
