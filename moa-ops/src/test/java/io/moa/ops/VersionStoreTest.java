package io.moa.ops;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.io.OutputStream;
import java.io.RandomAccessFile;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Stream;
import java.util.zip.ZipEntry;
import java.util.zip.ZipOutputStream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class VersionStoreTest {

    private static final VersionArchive.Limits LIMITS = new VersionArchive.Limits(100_000, 1_000_000, 5);

    @TempDir
    Path folder;

    private VersionStore store;
    private int archives;

    @BeforeEach
    void open() throws IOException {
        store = new VersionStore(folder.resolve("ops"), LIMITS);
    }

    private static byte[] jar(String text) {
        return ("PK\3\4" + text).getBytes(StandardCharsets.ISO_8859_1);
    }

    private Path zip(Map<String, byte[]> entries) throws IOException {
        Path file = folder.resolve("archive-" + ++archives + ".zip");
        try (OutputStream out = Files.newOutputStream(file);
                ZipOutputStream zip = new ZipOutputStream(out)) {
            for (Map.Entry<String, byte[]> each : entries.entrySet()) {
                zip.putNextEntry(new ZipEntry(each.getKey()));
                zip.write(each.getValue());
                zip.closeEntry();
            }
        }
        return file;
    }

    private String install(String name, Path archive) throws OpsException, IOException {
        return store.install(name, archive, Sha256.of(archive), Set.of());
    }

    private void isRefused(Path archive, String why) throws IOException {
        assertThatThrownBy(() -> install("1", archive))
                .isInstanceOf(OpsException.class)
                .hasMessageContaining(why);
        assertThat(store.all()).isEmpty();
        try (Stream<Path> left = Files.list(store.incoming())) {
            assertThat(left).as("nothing is left over").isEmpty();
        }
        assertThat(folder.resolve("evil.jar")).doesNotExist();
    }

    @Test
    void aVersionIsThereAsAWhole() throws Exception {
        assertThat(install("1.0", zip(Map.of("lib/a.jar", jar("a"), "lib/b.jar", jar("b")))))
                .isEqualTo("1.0 is installed");
        assertThat(folder.resolve("ops/versions/1.0/lib/a.jar")).hasBinaryContent(jar("a"));
        assertThat(store.all()).extracting(Version::name).containsExactly("1.0");
        assertThat(store.classPath("1.0")).endsWith("/versions/1.0/lib/*");
    }

    @Test
    void anotherChecksumIsRefusedBeforeAnythingIsUnpacked() throws Exception {
        Path archive = zip(Map.of("lib/a.jar", jar("a")));
        assertThatThrownBy(() -> store.install("1", archive, "0".repeat(64), Set.of()))
                .hasMessageContaining("and not 0000")
                .hasMessageContaining("it was not unpacked");
        assertThat(store.all()).isEmpty();
    }

    @Test
    void theSameBytesAgainAreFineAndOthersAreRefused() throws Exception {
        Path archive = zip(Map.of("lib/a.jar", jar("a")));
        install("1", archive);
        assertThat(install("1", archive)).isEqualTo("1 is installed already");
        Path other = zip(Map.of("lib/a.jar", jar("other")));
        assertThatThrownBy(() -> install("1", other)).hasMessageContaining("is installed with other bytes");
        assertThat(folder.resolve("ops/versions/1/lib/a.jar")).hasBinaryContent(jar("a"));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "../evil.jar",
                "lib/../../evil.jar",
                "/tmp/evil.jar",
                "lib\\..\\evil.jar",
                "lib/sub/evil.jar",
                "lib/.evil.jar",
                "lib/evil.sh",
                "version.json",
                "lib/evil\u0000.jar",
                "lib/e\nvil.jar"
            })
    void whatIsNoJarInLibIsRefused(String name) throws Exception {
        isRefused(zip(Map.of("lib/a.jar", jar("a"), name, jar("evil"))), "not lib/NAME.jar");
    }

    @Test
    void whatIsNoJarInsideIsRefusedAndSoIsWhatALinkUnpacksTo() throws Exception {
        isRefused(zip(Map.of("lib/a.jar", "/etc/passwd".getBytes(StandardCharsets.UTF_8))), "lib/a.jar is no jar");
    }

    @Test
    void tooMuchIsRefused() throws Exception {
        isRefused(zip(Map.of("lib/a.jar", jar("x".repeat(1_000_001)))), "unpacks to more than 1000000 bytes");
        Map<String, byte[]> many = new LinkedHashMap<>();
        for (int i = 0; i < 6; i++) {
            many.put("lib/" + i + ".jar", jar(""));
        }
        isRefused(zip(many), "more than 5 entries");
        Path large = zip(Map.of("lib/a.jar", jar("a")));
        try (RandomAccessFile longer = new RandomAccessFile(large.toFile(), "rw")) {
            longer.setLength(100_001);
        }
        isRefused(large, "more than 100000 bytes");
    }

    @Test
    void oneNameTwiceIsRefusedHoweverItIsWritten() throws Exception {
        isRefused(zip(Map.of("lib/a.jar", jar("1"), "lib/A.jar", jar("2"))), "two entries of the name");
    }

    @Test
    void nothingAndNoZipAreRefused() throws Exception {
        isRefused(zip(Map.of("lib/", new byte[0])), "no lib/NAME.jar");
        Path text = Files.writeString(folder.resolve("text"), "no zip at all");
        isRefused(text, "no zip that can be read");
    }

    @ParameterizedTest
    @ValueSource(strings = {"", ".", "..", "../x", "a/b", "-x", "a b", "a\n"})
    void namesThatAreNoneAreRefused(String name) {
        assertThatThrownBy(() -> Version.checkedName(name)).isInstanceOf(OpsException.class);
    }

    @Test
    void theOldestThatNobodyRunsGoes() throws Exception {
        for (int i = 0; i < VersionStore.MOST + 2; i++) {
            Path archive = zip(Map.of("lib/a.jar", jar("" + i)));
            store.install("v" + i, archive, Sha256.of(archive), Set.of("v0"));
        }
        List<String> left = store.all().stream().map(Version::name).toList();
        assertThat(left).hasSize(VersionStore.MOST).contains("v0", "v11").doesNotContain("v1", "v2");
    }

    @Test
    void whatIsPackedIsInstalledAndTheSameJarsMakeTheSameBytes() throws Exception {
        Path jar = Files.write(folder.resolve("one.jar"), jar("one"));
        Path first = folder.resolve("first.zip");
        String sha256 = VersionPackage.make(List.of(jar), first);
        Files.setLastModifiedTime(jar, java.nio.file.attribute.FileTime.fromMillis(0));
        assertThat(VersionPackage.make(List.of(jar), folder.resolve("second.zip")))
                .isEqualTo(sha256);
        store.install("1", first, sha256, Set.of());
        assertThat(folder.resolve("ops/versions/1/lib/one.jar")).hasBinaryContent(jar("one"));
        assertThatThrownBy(() -> VersionPackage.make(List.of(folder), folder.resolve("third.zip")))
                .hasMessageContaining("A version is made of jars");
    }
}
