package io.moa.cli.conformance;

import static org.assertj.core.api.Assertions.assertThat;

import io.moa.server.resp.RespConfig;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** A server answers what stands in {@code conformance/transcripts}, byte by byte. {@code MOA_DOCS_UPDATE=true} writes them anew. */
class TranscriptsTest {

    private static final Path FOLDER = Path.of("..", "conformance", "transcripts");
    private static final int PATIENCE_MILLIS = 30_000;

    static Stream<Path> files() throws IOException {
        return Files.list(FOLDER)
                .filter(each -> each.toString().endsWith(".txt"))
                .sorted();
    }

    @ParameterizedTest
    @MethodSource("files")
    void theServerAnswersSo(Path file) throws IOException {
        String name = String.valueOf(file.getFileName());
        Transcript golden = Transcript.of(name, Files.readString(file));
        Transcript played;
        try (ConformanceServer server = ConformanceServer.start("first", 0, RespConfig.DEFAULT)) {
            played = golden.play("127.0.0.1", server.port(), PATIENCE_MILLIS);
        }
        if ("true".equals(System.getenv("MOA_DOCS_UPDATE"))) {
            List<String> kept = new ArrayList<>();
            for (int i = 0; i < golden.lines().size(); i++) {
                String line = golden.lines().get(i);
                kept.add(
                        Transcript.matches(line, played.lines().get(i))
                                ? line
                                : played.lines().get(i));
            }
            Files.writeString(file, new Transcript(name, kept).text());
            return;
        }
        assertThat(played.differences(golden)).as("%s", name).isEmpty();
    }

    @Test
    void aDifferenceIsSeen() {
        Transcript golden = Transcript.of("a", "C: x\nS: +OK\\r\\n\nS: :{n}\\r\\n");
        assertThat(Transcript.of("b", "C: x\nS: +OK\\r\\n\nS: :12\\r\\n").differences(golden))
                .isEmpty();
        assertThat(Transcript.of("b", "C: x\nS: +NO\\r\\n\nS: :1\\r\\n").differences(golden))
                .containsExactly("line 2 is S: +NO\\r\\n, and not S: +OK\\r\\n");
        assertThat(Transcript.of("b", "C: x").differences(golden)).hasSize(1);
    }
}
