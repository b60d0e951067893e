package io.moa.examples;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;

/** README.md shows what compiles, links to what exists, and names commands that there are. */
class ReadmeTest {

    private static final Path ROOT = Path.of("..");

    @Test
    void theCodeInTheReadmeIsTheCompiledExample() throws IOException {
        String source = Files.readString(Path.of("src/main/java/io/moa/examples/FirstCall.java"));
        int begin = source.indexOf('\n', source.indexOf("// README begins.")) + 1;
        int end = source.indexOf("// README ends.");
        assertThat(begin).as("the marks in FirstCall.java").isPositive().isLessThan(end);

        List<String> blocks = blocks(Files.readString(ROOT.resolve("README.md")), "java");
        assertThat(blocks).containsExactly(source.substring(begin, end));
    }

    @Test
    void everyPageThatThePagesLinkToIsThere() throws IOException {
        List<Path> pages = new ArrayList<>(
                List.of(ROOT.resolve("README.md"), ROOT.resolve("CONTRIBUTING.md"), ROOT.resolve("CHANGELOG.md")));
        try (var docs = Files.walk(ROOT.resolve("docs"))) {
            docs.filter(page -> page.toString().endsWith(".md")).forEach(pages::add);
        }
        List<String> broken = new ArrayList<>();
        for (Path page : pages) {
            Matcher link = Pattern.compile("\\]\\(([^)#:]+)(#[^)]*)?\\)").matcher(Files.readString(page));
            while (link.find()) {
                if (!Files.exists(page.resolveSibling(link.group(1)))) {
                    broken.add(page + " -> " + link.group(1));
                }
            }
        }
        assertThat(broken).isEmpty();
    }

    private static List<String> blocks(String page, String language) {
        List<String> blocks = new ArrayList<>();
        Matcher block = Pattern.compile("^```" + language + "\n(.*?)^```$", Pattern.DOTALL | Pattern.MULTILINE)
                .matcher(page);
        while (block.find()) {
            blocks.add(block.group(1));
        }
        return blocks;
    }
}
