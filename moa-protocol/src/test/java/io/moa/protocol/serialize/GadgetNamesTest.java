package io.moa.protocol.serialize;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.File;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Names that broke other serializers, wherever a name may stand: refused, and nothing loaded, as the JVM itself says. */
class GadgetNamesTest {

    private static final Pattern LOADED = Pattern.compile("(?:^|\\] )(\\S+) source: .*");
    private static final String MARK = "io.moa.protocol.serialize.GadgetChild$";

    @TempDir
    Path folder;

    @Test
    void refusesAllAndLoadsNone() throws Exception {
        Path names = folder.resolve("names.txt");
        try (InputStream in = GadgetNamesTest.class.getResourceAsStream("gadget-names.txt")) {
            Files.write(names, in.readAllBytes());
        }
        List<String> all = Files.readAllLines(names);
        assertThat(new HashSet<>(all)).hasSizeGreaterThanOrEqualTo(200).hasSameSizeAs(all);

        Process child = new ProcessBuilder(
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        "-Xlog:class+load=info:file=loaded.txt",
                        "-Xmx128m",
                        "-cp",
                        absolute(System.getProperty("surefire.test.class.path", System.getProperty("java.class.path"))),
                        GadgetChild.class.getName(),
                        names.toString())
                .directory(folder.toFile())
                .redirectErrorStream(true)
                .redirectOutput(folder.resolve("said.txt").toFile())
                .start();
        boolean ended = child.waitFor(120, TimeUnit.SECONDS);
        if (!ended) {
            child.destroyForcibly();
        }
        String said = Files.readString(folder.resolve("said.txt"));
        assertThat(ended).as(said).isTrue();
        assertThat(said).contains("refused " + all.size() * 18);

        List<String> between = loadedBetween(Files.readAllLines(folder.resolve("loaded.txt")));
        assertThat(between).as("a class that a body may name").contains(MARK + "Control");
        Set<String> bad = new HashSet<>(all);
        assertThat(between).as("classes loaded while bodies named them").noneMatch(bad::contains);
    }

    private static String absolute(String classPath) {
        List<String> entries = new ArrayList<>();
        for (String entry : classPath.split(File.pathSeparator)) {
            entries.add(Path.of(entry).toAbsolutePath().toString());
        }
        return String.join(File.pathSeparator, entries);
    }

    private static List<String> loadedBetween(List<String> log) throws IOException {
        List<String> between = new ArrayList<>();
        boolean begun = false;
        boolean ended = false;
        for (String line : log) {
            Matcher matcher = LOADED.matcher(line);
            if (!matcher.find()) {
                continue;
            }
            String name = matcher.group(1);
            ended |= name.equals(MARK + "End");
            if (begun && !ended) {
                between.add(name);
            }
            begun |= name.equals(MARK + "Begin");
        }
        assertThat(begun && ended).as("the marks stand in the log").isTrue();
        return between;
    }
}
