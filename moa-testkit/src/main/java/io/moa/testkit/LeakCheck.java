package io.moa.testkit;

import io.netty.util.ResourceLeakDetector;
import java.lang.ref.ReferenceQueue;
import java.lang.ref.WeakReference;
import java.util.List;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.extension.AfterAllCallback;
import org.junit.jupiter.api.extension.AfterEachCallback;
import org.junit.jupiter.api.extension.BeforeEachCallback;
import org.junit.jupiter.api.extension.ExtensionContext;

/**
 * Makes a test fail that loses a buffer, or anything else that Netty counts references of: one that was allocated during the
 * test and became garbage without having been released.
 *
 * <pre>{@code
 * @ExtendWith(LeakCheck.class)
 * class FrameDecoderTest { ... }
 * }</pre>
 *
 * <p>Every allocation during a checked test is tracked and marked with the test, whatever the level of detection is
 * otherwise; after the test garbage is collected, which takes some ten milliseconds. What the test's instance still holds
 * at that moment is no garbage yet; it is found when the class is over, and then the class fails, with the name of the test.
 * What was allocated outside of checked tests is reported as Netty does, to its log.
 *
 * <h2>Limits</h2>
 *
 * <p>Netty asks for its leak detectors once in a JVM. If buffers were used before the first checked test, this extension
 * listens to the detector that is there already: such leaks are found too, but are ascribed to the test during which they
 * are reported, and the same leak twice in one JVM is reported once. Checked tests must not run in parallel with each other.
 * The garbage collector must obey {@link System#gc()}.
 */
public final class LeakCheck implements BeforeEachCallback, AfterEachCallback, AfterAllCallback {

    // Netty's detectors are static, so what hears them can only be static too.
    private static final LeakWatch WATCH = LeakWatch.install();
    private static final AtomicLong TESTS = new AtomicLong();

    private static final ExtensionContext.Namespace NAMESPACE = ExtensionContext.Namespace.create(LeakCheck.class);
    private static final int COLLECTIONS = 3;
    private static final long COLLECTION_MILLIS = 10_000;

    private record Running(LeakWatch.Test test, ResourceLeakDetector.Level levelBefore) {}

    @Override
    public void beforeEach(ExtensionContext context) throws InterruptedException {
        if (!WATCH.marksEverything()) {
            collect(); // what is reported from here on is this test's
            WATCH.unascribed();
        }
        String name = context.getRequiredTestClass().getName() + " > " + context.getDisplayName();
        LeakWatch.Test test = new LeakWatch.Test(
                TESTS.incrementAndGet(), context.getRequiredTestClass().getName(), name);
        context.getStore(NAMESPACE).put(Running.class, new Running(test, ResourceLeakDetector.getLevel()));
        WATCH.begin(test);
        ResourceLeakDetector.setLevel(ResourceLeakDetector.Level.PARANOID);
    }

    @Override
    public void afterEach(ExtensionContext context) throws InterruptedException {
        Running running = context.getStore(NAMESPACE).remove(Running.class, Running.class);
        if (running == null) {
            return; // beforeEach failed, and said why
        }
        try {
            collect();
            fail(WATCH.take(running.test()));
        } finally {
            WATCH.end();
            ResourceLeakDetector.setLevel(running.levelBefore());
        }
    }

    @Override
    public void afterAll(ExtensionContext context) throws InterruptedException {
        collect();
        fail(WATCH.takeOfClass(context.getRequiredTestClass().getName()));
    }

    private static void fail(List<String> leaks) {
        if (!leaks.isEmpty()) {
            throw new AssertionError(
                    leaks.size() + " leaked, released by nobody before it was garbage:\n" + String.join("\n", leaks));
        }
    }

    /**
     * Collects garbage until whatever was unreachable at the call is in the queues of the detectors, and has them report.
     * One collection clears the references; its successor finds that the ones before it were queued.
     */
    private static void collect() throws InterruptedException {
        for (int round = 0; round < COLLECTIONS; round++) {
            ReferenceQueue<Object> queue = new ReferenceQueue<>();
            WeakReference<Object> canary = new WeakReference<>(new Object(), queue);
            System.gc();
            if (queue.remove(COLLECTION_MILLIS) != canary) {
                throw new IllegalStateException("No garbage was collected within " + COLLECTION_MILLIS
                        + " ms; does this JVM run with -XX:+DisableExplicitGC?");
            }
        }
        WATCH.report();
    }
}
