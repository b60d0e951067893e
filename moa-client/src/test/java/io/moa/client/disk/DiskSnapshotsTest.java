package io.moa.client.disk;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.moa.client.Calls;
import io.moa.discovery.Address;
import io.moa.discovery.Instance;
import io.moa.discovery.Liveness;
import io.moa.discovery.OperatorState;
import io.moa.discovery.ServiceExport;
import io.moa.discovery.ServiceId;
import io.moa.discovery.Snapshot;
import io.moa.testkit.FakeScheduler;
import io.moa.testkit.FakeTicker;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.stream.Stream;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class DiskSnapshotsTest {

    private static final ServiceId SERVICE = Calls.SERVICE;

    @TempDir
    Path folder;

    private final FakeTicker ticker = new FakeTicker();
    private final FakeScheduler scheduler = new FakeScheduler(ticker);
    private long wallMillis = 1_000_000_000_000L;

    private DiskSnapshots open(DiskConfig config) {
        return new DiskSnapshots("shop/1", folder, config, ticker, () -> wallMillis, scheduler, Runnable::run);
    }

    private DiskSnapshots open() {
        return open(DiskConfig.in(folder));
    }

    private Snapshot write(Snapshot.Entry... entries) {
        Snapshot snapshot = new Snapshot(SERVICE, 7, List.of(entries), ticker.nanos(), "test");
        DiskSnapshots disk = open();
        disk.keep(snapshot);
        scheduler.advance(Duration.ofSeconds(3));
        return snapshot;
    }

    @Test
    void whatWasKeptIsReadByALaterProcessWithItsAge() throws IOException {
        Snapshot snapshot = write(entry("a"), entry("b"));
        wallMillis += 90_000;
        Snapshot read = open().read(SERVICE);
        assertThat(read.entries()).isEqualTo(snapshot.entries());
        assertThat(read.isUnknown()).isFalse();
        assertThat(read.source()).contains("disk, written 90 s before");
        assertThat(ticker.nanos() - read.asOfNanos()).isEqualTo(90_000_000_000L);
        Path file = open().file(SERVICE);
        assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(file)))
                .isEqualTo("rw-------");
        assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(file.getParent())))
                .isEqualTo("rwx------");
    }

    @Test
    void itIsWrittenOnceInAWhileAndOnlyIfItChanged() throws IOException {
        DiskSnapshots disk = open();
        for (int i = 1; i <= 10; i++) {
            disk.keep(new Snapshot(SERVICE, i, List.of(entry("a" + i)), ticker.nanos(), "test"));
        }
        assertThat(disk.file(SERVICE)).doesNotExist();
        assertThat(scheduler.pending()).isEqualTo(1);
        scheduler.advance(Duration.ofSeconds(3));
        assertThat(open().read(SERVICE).entries()).containsExactly(entry("a10"));
        disk.keep(new Snapshot(SERVICE, 11, List.of(entry("a10")), ticker.nanos(), "test"));
        assertThat(scheduler.pending()).as("the same entries").isZero();
        try (Stream<Path> files = Files.list(disk.file(SERVICE).getParent())) {
            assertThat(files).as("nothing is left beside it").hasSize(1);
        }
    }

    @Test
    void whatAKilledProcessLeftWhileItWroteIsSweptAndWhatIsYoungIsNot() throws IOException {
        write(entry("a"));
        Path beside = open().file(SERVICE).getParent();
        Path old = leftAt(
                beside.resolve(".new1.tmp"), wallMillis - Duration.ofMinutes(61).toMillis());
        Path young = leftAt(
                beside.resolve(".new2.tmp"), wallMillis - Duration.ofMinutes(59).toMillis());
        Path foreign = leftAt(beside.resolve("notes.tmp"), 0);
        write(entry("b"));
        assertThat(old).doesNotExist();
        assertThat(young).exists();
        assertThat(foreign).exists();
    }

    private static Path leftAt(Path file, long millis) throws IOException {
        Files.writeString(file, "half of it");
        return Files.setLastModifiedTime(file, FileTime.fromMillis(millis));
    }

    @Test
    void nothingIsRememberedOfNamesThatNobodyOffers() {
        DiskSnapshots disk = open();
        for (int i = 0; i < 1_000; i++) {
            ServiceId name = ServiceId.of("shop.Unknown" + i);
            disk.keep(new Snapshot(name, 1, List.of(), ticker.nanos(), "test"));
            if (i % 2 == 0) {
                disk.forget(name); // before it would be written
            }
        }
        scheduler.advance(Duration.ofSeconds(3));
        assertThat(disk.remembered()).isZero();
    }

    @Test
    void aChangeThatIsTakenBackBeforeItIsWrittenIsNotWritten() {
        DiskSnapshots disk = open();
        disk.keep(new Snapshot(SERVICE, 1, List.of(entry("a")), ticker.nanos(), "test"));
        scheduler.advance(Duration.ofSeconds(3));
        disk.keep(new Snapshot(SERVICE, 2, List.of(entry("b")), ticker.nanos(), "test"));
        disk.keep(new Snapshot(SERVICE, 3, List.of(entry("a")), ticker.nanos(), "test"));
        scheduler.advance(Duration.ofSeconds(3));
        assertThat(open().read(SERVICE).entries()).containsExactly(entry("a"));
    }

    @Test
    void whoWantsToKnowIsServedBeforeTheNextFileIsWritten() {
        write(entry("a"));
        Deque<Runnable> thread = new ArrayDeque<>();
        DiskSnapshots disk = new DiskSnapshots(
                "shop/1", folder, DiskConfig.in(folder), ticker, () -> wallMillis, scheduler, thread::add);
        disk.keep(new Snapshot(SERVICE, 1, List.of(entry("b")), ticker.nanos(), "test"));
        disk.close();
        List<Snapshot> told = new ArrayList<>();
        disk.recall(SERVICE, told::add);
        disk.recall(ServiceId.of("never.kept"), told::add);
        disk.recall(SERVICE, snapshot -> {
            throw new IllegalStateException("a test's");
        });
        assertThat(told).as("on the disk's thread only").isEmpty();
        thread.forEach(Runnable::run);
        assertThat(told).hasSize(1);
        assertThat(told.get(0).entries()).containsExactly(entry("a"));
        assertThat(open().read(SERVICE).entries()).containsExactly(entry("b"));
    }

    @Test
    void aNameThatNobodyOffersNeedsNoFile() {
        DiskSnapshots disk = open();
        disk.keep(new Snapshot(SERVICE, 1, List.of(), ticker.nanos(), "test"));
        scheduler.advance(Duration.ofSeconds(3));
        assertThat(disk.file(SERVICE)).doesNotExist();
        disk.keep(new Snapshot(SERVICE, 2, List.of(entry("a")), ticker.nanos(), "test"));
        scheduler.advance(Duration.ofSeconds(3));
        disk.keep(new Snapshot(SERVICE, 3, List.of(), ticker.nanos(), "test"));
        scheduler.advance(Duration.ofSeconds(3));
        assertThat(open().read(SERVICE).entries())
                .as("nobody is there any more")
                .isEmpty();
    }

    @Test
    void whatWaitsIsWrittenOnClosing() {
        DiskSnapshots disk = open();
        disk.keep(new Snapshot(SERVICE, 1, List.of(entry("a")), ticker.nanos(), "test"));
        disk.close();
        assertThat(open().read(SERVICE).entries()).hasSize(1);
    }

    @Test
    void nothingKnownIsNothingReadAndNothingKept() {
        assertThat(open().read(SERVICE)).isNull();
        DiskSnapshots disk = open();
        disk.keep(Snapshot.unknown(SERVICE, 0));
        assertThat(scheduler.pending()).isZero();
    }

    @Test
    void twoProcessesWithDifferentServicesKeepBoth() {
        ServiceId other = ServiceId.of("shop.Other");
        DiskSnapshots one = open();
        DiskSnapshots two = open();
        one.keep(new Snapshot(SERVICE, 1, List.of(entry("a")), 0, "test"));
        two.keep(new Snapshot(other, 1, List.of(entry("b")), 0, "test"));
        scheduler.advance(Duration.ofSeconds(3));
        assertThat(open().read(SERVICE).entries()).hasSize(1);
        assertThat(open().read(other).entries()).hasSize(1);
    }

    @Test
    void whoeverReadsWhileOthersWriteSeesAWholeFile() throws Exception {
        write(entry("a"));
        List<Thread> writers = new ArrayList<>();
        for (int w = 0; w < 2; w++) {
            String uuid = "w" + w;
            FakeTicker own = new FakeTicker();
            FakeScheduler ownScheduler = new FakeScheduler(own);
            DiskSnapshots disk = new DiskSnapshots(
                    "shop/1",
                    folder,
                    DiskConfig.in(folder),
                    own,
                    () -> 1_000_000_000_000L,
                    ownScheduler,
                    Runnable::run);
            Thread thread = new Thread(() -> {
                for (int i = 0; i < 100; i++) {
                    List<Snapshot.Entry> some = new ArrayList<>();
                    for (int k = 0; k <= i % 50; k++) {
                        some.add(entry(uuid + i + "-" + k));
                    }
                    disk.keep(new Snapshot(SERVICE, i + 1, some, 0, "test"));
                    ownScheduler.advance(Duration.ofSeconds(3));
                }
            });
            thread.start();
            writers.add(thread);
        }
        DiskSnapshots reading = open();
        int reads = 0;
        while (writers.stream().anyMatch(Thread::isAlive)) {
            assertThat(reading.read(SERVICE)).isNotNull();
            reads++;
        }
        assertThat(reads).isPositive();
    }

    /** RELIABILITY B2. */
    @Test
    void noDamagedFileIsBelievedOrThrows() throws IOException {
        Snapshot snapshot = write(entry("a"), entry("b"));
        Path file = open().file(SERVICE);
        byte[] good = Files.readAllBytes(file);
        DiskSnapshots disk = open();
        Random random = new Random(3);
        for (int i = 0; i < 12_000; i++) {
            byte[] bad =
                    switch (i % 3) {
                        case 0 -> java.util.Arrays.copyOf(good, random.nextInt(good.length));
                        case 1 -> flipped(good, random);
                        default -> java.util.Arrays.copyOf(good, good.length + 1 + random.nextInt(100));
                    };
            assertThatThrownBy(() -> SnapshotFile.read(bad, SERVICE, 0, wallMillis))
                    .as("input %d", i)
                    .isInstanceOf(IOException.class)
                    .hasMessageMatching("[^\\n\\r]{1,300}");
            if (i < 600) { // and the whole way, over the disk
                Files.write(file, bad);
                assertThat(disk.read(SERVICE)).as("input %d", i).isNull();
            }
        }
        Files.write(file, good);
        assertThat(disk.read(SERVICE).entries()).isEqualTo(snapshot.entries());
    }

    @Test
    void aFileWithARightChecksumAndWrongContentIsRefusedWithoutMuchMemory() throws IOException {
        write(entry("a"), entry("b"));
        byte[] good = Files.readAllBytes(open().file(SERVICE));
        Random random = new Random(4);
        int refused = 0;
        for (int i = 0; i < 20_000; i++) {
            byte[] bad = good.clone();
            for (int k = 0; k <= random.nextInt(4); k++) {
                bad[20 + random.nextInt(bad.length - 20)] = (byte) random.nextInt(256);
            }
            java.util.zip.CRC32C sum = new java.util.zip.CRC32C();
            sum.update(bad, 20, bad.length - 20);
            java.nio.ByteBuffer.wrap(bad).putLong(12, sum.getValue());
            try {
                SnapshotFile.read(bad, SERVICE, 0, wallMillis);
            } catch (IOException expected) {
                refused++;
            }
        }
        assertThat(refused).isPositive();
    }

    @Test
    void aFileThatIsTooLargeOrTooOldIsNotUsed() {
        write(entry("a"));
        assertThat(open(DiskConfig.in(folder).withMaxFileBytes(1024)).read(SERVICE))
                .isNotNull();
        wallMillis += Duration.ofDays(8).toMillis();
        assertThat(open().read(SERVICE)).isNull();
        wallMillis -= Duration.ofDays(8).toMillis();
        Snapshot.Entry[] many = new Snapshot.Entry[50];
        for (int i = 0; i < many.length; i++) {
            many[i] = entry("i" + i);
        }
        write(many);
        assertThat(open(DiskConfig.in(folder).withMaxFileBytes(1024)).read(SERVICE))
                .isNull();
    }

    @Test
    void aFileOfAnotherUserIsNotUsed() throws IOException {
        write(entry("a"));
        Path file = open().file(SERVICE);
        assertThat(open().read(SERVICE)).isNotNull();
        try {
            Files.setOwner(
                    file, file.getFileSystem().getUserPrincipalLookupService().lookupPrincipalByName("nobody"));
        } catch (IOException notAllowed) {
            Assumptions.abort("only root can give a file away: " + notAllowed.getMessage());
        }
        assertThat(open().read(SERVICE)).isNull();
    }

    @Test
    void distancesAreKept() {
        DiskSnapshots disk = open();
        disk.keep(new Snapshot(SERVICE, 1, List.of(entry("a"), entry("b")), 0, "test", Set.of(), Map.of("b", 2)));
        scheduler.advance(Duration.ofSeconds(3));
        assertThat(open().read(SERVICE).distances()).isEqualTo(Map.of("b", 2));
    }

    @Test
    void aFolderThatCannotBeWrittenHurtsNobody() throws IOException {
        Path file = Files.writeString(folder.resolve("file"), "in the way");
        DiskSnapshots disk = new DiskSnapshots(
                "shop", file, DiskConfig.in(file), ticker, () -> wallMillis, scheduler, Runnable::run);
        disk.keep(new Snapshot(SERVICE, 1, List.of(entry("a")), 0, "test"));
        scheduler.advance(Duration.ofSeconds(3));
        assertThat(disk.read(SERVICE)).isNull();
    }

    @Test
    void propertyAndEnvironmentStandAboveTheCode() {
        DiskConfig code = DiskConfig.in(Path.of("/code"));
        assertThat(code.over(name -> null, name -> null)).isEqualTo(code);
        assertThat(code.over(name -> "off", name -> "/env").folder()).isNull();
        assertThat(code.over(name -> null, name -> "/env").folder()).isEqualTo(Path.of("/env"));
        assertThat(code.over(name -> "/prop", name -> "off").folder()).isEqualTo(Path.of("/prop"));
        assertThatThrownBy(() -> code.withMaxFileBytes(0)).hasMessageContaining("maxFileBytes is 1024 to");
    }

    private static byte[] flipped(byte[] good, Random random) {
        byte[] bad = good.clone();
        bad[random.nextInt(bad.length)] ^= (byte) (1 << random.nextInt(8));
        return bad;
    }

    private static Snapshot.Entry entry(String uuid) {
        Instance instance = Instance.builder(uuid, "shop")
                .host("4c4c/1")
                .addresses(List.of(new Address.Tcp("::1", 9000), new Address.Unix("/run/a.sock")))
                .protocol("moa/1")
                .exports(List.of(new ServiceExport(SERVICE, Set.of("hessian", "json"), "c0ffee")))
                .weight(7)
                .startedAtEpochMillis(123)
                .warmUp(Duration.ofSeconds(9))
                .labels(Map.of("zone", "n\u00f6rd \ud83d\ude00"))
                .metadata("commit", "1e59")
                .build();
        return new Snapshot.Entry(instance, Liveness.SUSPECT, new OperatorState(false, 3, "canary"));
    }
}
