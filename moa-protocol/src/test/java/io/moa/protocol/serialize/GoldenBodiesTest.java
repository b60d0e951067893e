package io.moa.protocol.serialize;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Collection;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Bodies written by a JDK 17 and by a JDK 25 and kept as resources: whatever this JDK is, it reads both, and what it writes
 * comes back too. After a change of {@link SampleValues} run {@link #main} on both.
 */
class GoldenBodiesTest {

    private static final BodyCodec CODEC = new HessianSerializer().result(Object.class, Samples.shop());

    /** Longer ones are kept as their length and checked by a round trip only. */
    private static final int MOST_BYTES = 4_000;

    /** Writes {@code golden-<release>.txt} into the given folder. */
    public static void main(String[] args) throws IOException {
        StringBuilder text = new StringBuilder();
        SampleValues.all().forEach((name, value) -> {
            byte[] body = Samples.encode(CODEC, value);
            if (body.length <= MOST_BYTES) {
                text.append(name)
                        .append('\t')
                        .append(HexFormat.of().formatHex(body))
                        .append('\n');
            }
        });
        Path file = Path.of(args[0], "golden-" + Runtime.version().feature() + ".txt");
        Files.writeString(file, text);
    }

    private static Map<String, byte[]> golden(int release) throws IOException {
        Map<String, byte[]> bodies = new LinkedHashMap<>();
        try (InputStream in = GoldenBodiesTest.class.getResourceAsStream("golden-" + release + ".txt")) {
            new String(in.readAllBytes(), StandardCharsets.UTF_8).lines().forEach(line -> {
                int tab = line.indexOf('\t');
                bodies.put(line.substring(0, tab), HexFormat.of().parseHex(line.substring(tab + 1)));
            });
        }
        return bodies;
    }

    @ParameterizedTest
    @ValueSource(ints = {17, 25})
    void readsWhatTheOtherJdkWrote(int release) throws IOException {
        Map<String, byte[]> bodies = golden(release);
        int read = 0;
        for (Map.Entry<String, @Nullable Object> sample : SampleValues.all().entrySet()) {
            byte[] body = bodies.get(sample.getKey());
            if (body == null) {
                assertThat(Samples.encode(CODEC, sample.getValue()).length)
                        .as("%s is not in golden-%d.txt: write the files anew", sample.getKey(), release)
                        .isGreaterThan(MOST_BYTES);
                continue;
            }
            Object back = Samples.decode(CODEC, body);
            assertThat(SampleValues.same(sample.getValue(), back))
                    .as("%s of JDK %d", sample.getKey(), release)
                    .isTrue();
            read++;
        }
        assertThat(read).isGreaterThanOrEqualTo(92);
    }

    @Test
    void bringsEverySampleBackAsItWas() {
        SampleValues.all().forEach((name, value) -> {
            Object back = Samples.roundTrip(CODEC, value);
            assertThat(SampleValues.same(value, back)).as(name).isTrue();
            if (SampleValues.isWrapper(value)) {
                assertCannotBeChanged(name, back);
            } else if (value != null) {
                assertThat(back).as(name).hasSameClassAs(value);
            }
        });
    }

    @Test
    void bringsEverySampleBackInsideOthers() {
        SampleValues.all().forEach((name, value) -> {
            // Its number as a reference comes after all those that the value takes.
            Samples.Node node = new Samples.Node();
            Samples.Page<?> page = (Samples.Page<?>) Samples.roundTrip(
                    CODEC, new Samples.Page<>(java.util.Arrays.asList(value, "after", value, node, node), "x"));
            assertThat(SampleValues.same(value, page.items().get(0))).as(name).isTrue();
            assertThat(page.items().get(1)).isEqualTo("after");
            assertThat(page.items().get(3)).as(name).isInstanceOf(Samples.Node.class);
            assertThat(page.items().get(4)).as(name).isSameAs(page.items().get(3));
            assertThat(SampleValues.same(value, page.items().get(2))).as(name).isTrue();
        });
    }

    @Test
    void bringsOtherKindsBackAsTheNearestOne() {
        SampleValues.nearest().forEach((value, nearest) -> {
            Object back = Samples.roundTrip(CODEC, value);
            assertThat(back).isEqualTo(value).isInstanceOf(nearest);
        });
    }

    private static void assertCannotBeChanged(String name, @Nullable Object back) {
        if (back instanceof Map<?, ?> map) {
            assertThatThrownBy(map::clear).as(name).isInstanceOf(UnsupportedOperationException.class);
        } else {
            assertThatThrownBy(() -> ((Collection<?>) back).clear())
                    .as(name)
                    .isInstanceOf(UnsupportedOperationException.class);
        }
    }
}
