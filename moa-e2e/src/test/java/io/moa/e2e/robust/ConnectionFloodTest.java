package io.moa.e2e.robust;

import static org.assertj.core.api.Assertions.assertThat;

import io.moa.client.MoaClient;
import io.moa.invoke.CallException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.channels.SocketChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** More connections than a process can have: those who were there first are served, and later the door is open again. */
@Timeout(120)
class ConnectionFloodTest {

    private static final Path PRLIMIT = Path.of("/usr/bin/prlimit");
    private static final int OPEN_FILES = 512;
    private static final int FLOOD = 2_000;

    /**
     * @param filesHeldOpen 0: the listener's limit of half of the files ends the flood; 320: the files do, before that, and
     *     accepting fails
     */
    @ParameterizedTest
    @ValueSource(ints = {0, 320})
    void thoseWhoWereThereFirstAreServedAndTheDoorOpensAgain(int filesHeldOpen) throws Exception {
        Assumptions.assumeTrue(
                Files.isExecutable(PRLIMIT), PRLIMIT + " limits the open files of a process; it is absent");
        try (ChildProvider child = new ChildProvider(
                        "child-uuid", filesHeldOpen, PRLIMIT.toString(), "--nofile=" + OPEN_FILES + ":" + OPEN_FILES);
                Town town = new Town()) {
            town.announce("child-uuid", child.port(), 100);
            MoaClient first = town.consumer(Town.PATIENT);
            Work work = first.stub(Work.class);
            assertThat(work.once(0)).isZero();
            AtomicBoolean flooded = new AtomicBoolean();
            AtomicLong calls = new AtomicLong(1);
            Thread steady = new Thread(() -> {
                while (!flooded.get()) {
                    long id = calls.get();
                    if (work.once(id) == id) {
                        calls.incrementAndGet();
                    }
                }
            });
            List<Throwable> failures = new ArrayList<>();
            steady.setUncaughtExceptionHandler((thread, thrown) -> failures.add(thrown));
            steady.start();
            List<SocketChannel> flood = new ArrayList<>();
            try {
                InetSocketAddress door = new InetSocketAddress(InetAddress.getLoopbackAddress(), child.port());
                for (int i = 0; i < FLOOD; i++) {
                    SocketChannel connection = SocketChannel.open();
                    flood.add(connection);
                    connection.configureBlocking(false);
                    connection.connect(door);
                }
                for (int i = 0; i < 10; i++) { // the other door of the process must not spin either
                    flood.add(SocketChannel.open(
                            new InetSocketAddress(InetAddress.getLoopbackAddress(), child.healthPort())));
                }
                long during = calls.get();
                Town.eventually().until(() -> calls.get() > during + 100 || !steady.isAlive(), () -> "no calls pass");
                flooded.set(true);
                steady.join();
                assertThat(shareOfACore(child, Duration.ofSeconds(3)))
                        .as("what a door that cannot open costs, in parts of a core; a spinning one costs all of it")
                        .isLessThan(0.5);
            } finally {
                for (SocketChannel connection : flood) {
                    connection.close();
                }
            }
            long ebb = System.nanoTime();
            Work late = town.consumer(Town.PATIENT).stub(Work.class);
            Town.eventually().until(() -> answers(late), () -> child + " takes no connection any more");
            System.out.println("the door was open again after " + (System.nanoTime() - ebb) / 1_000_000 + " ms");
            assertThat(failures).isEmpty();
            assertThat(child.told()).noneMatch(line -> line.startsWith("twice"));
        }
    }

    /** The CPU time of a process, over the time that passed. */
    private static double shareOfACore(ChildProvider child, Duration over) {
        long start = System.nanoTime();
        Duration before = child.cpuTime();
        Town.eventually().until(() -> System.nanoTime() - start >= over.toNanos(), () -> "time stands still");
        double share = (double) child.cpuTime().minus(before).toNanos() / (System.nanoTime() - start);
        System.out.printf("while flooded: %.2f of a core%n", share);
        return share;
    }

    private static boolean answers(Work work) {
        try {
            return work.who().equals("child");
        } catch (CallException notYet) {
            return false;
        }
    }
}
