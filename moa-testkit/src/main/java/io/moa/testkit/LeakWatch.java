package io.moa.testkit;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.util.ResourceLeakDetector;
import io.netty.util.ResourceLeakDetectorFactory;
import io.netty.util.ResourceLeakTracker;
import java.lang.reflect.Field;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.Predicate;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** The ear at Netty's leak detectors: who allocated what was lost. Safe for many threads; one test at a time. */
final class LeakWatch {

    /**
     * A checked test.
     *
     * @param number tells it from all others of this JVM
     * @param className the class it is in
     * @param name for people
     */
    record Test(long number, String className, String name) {}

    private record Leak(Test test, String text) {}

    private static final Pattern MARK = Pattern.compile("allocated in checked test (\\d+), [^\\r\\n]*");

    private final List<Detector<?>> detectors = new CopyOnWriteArrayList<>();
    private final List<Test> tests = new CopyOnWriteArrayList<>();
    private final List<Leak> leaks = new ArrayList<>(); // guarded by itself
    private volatile @Nullable Test current;
    private volatile @Nullable ResourceLeakDetector<?> early;

    /**
     * Makes Netty ask this watch for the detectors it has not got yet.
     *
     * @throws IllegalStateException if Netty's buffers are tracked already and their detector cannot be reached
     */
    static LeakWatch install() {
        LeakWatch watch = new LeakWatch();
        ResourceLeakDetectorFactory.setResourceLeakDetectorFactory(new Factory(watch));
        Unpooled.buffer(1).release(); // now the buffers have a detector: ours, or one from before
        if (watch.detectors.stream().noneMatch(detector -> detector.resource == ByteBuf.class)) {
            watch.listenTo(detectorOfBuffers());
        }
        return watch;
    }

    private static ResourceLeakDetector<?> detectorOfBuffers() {
        try {
            Field field = Class.forName("io.netty.buffer.AbstractByteBuf").getDeclaredField("leakDetector");
            field.setAccessible(true);
            Object detector = field.get(null);
            if (detector instanceof ResourceLeakDetector<?> found) {
                return found;
            }
            throw new IllegalStateException("AbstractByteBuf.leakDetector is " + detector);
        } catch (ReflectiveOperationException | RuntimeException e) {
            throw new IllegalStateException(
                    "Netty's buffers were used before the first test with LeakCheck, and this Netty does not let"
                            + " their leak detector be reached; run the checked tests first or in a JVM of their own",
                    e);
        }
    }

    private void listenTo(ResourceLeakDetector<?> detector) {
        early = detector;
        detector.setLeakListener((type, records) -> heard(type, records));
    }

    /** Whether every tracked allocation carries the test that made it. */
    boolean marksEverything() {
        return early == null;
    }

    void begin(Test test) {
        tests.add(test);
        current = test;
    }

    void end() {
        current = null;
    }

    /** Has every detector report what it found in its queue. */
    void report() {
        detectors.forEach(Detector::report);
        ResourceLeakDetector<?> before = early;
        if (before != null) {
            report(before);
        }
    }

    /** What a test is known to have lost; it is not told again. */
    List<String> take(Test test) {
        return takeIf(leak -> leak.test().equals(test));
    }

    /** What the tests of a class are known to have lost and was not taken. */
    List<String> takeOfClass(String className) {
        return takeIf(leak -> leak.test().className().equals(className));
    }

    /** Forgets what no running test is charged with. */
    void unascribed() {
        takeIf(leak -> true);
    }

    private List<String> takeIf(Predicate<Leak> wanted) {
        synchronized (leaks) {
            List<String> taken = leaks.stream().filter(wanted).map(Leak::text).toList();
            leaks.removeIf(wanted);
            return taken;
        }
    }

    /** Takes a report. Returns whether a test is charged with it. */
    private boolean heard(String type, String records) {
        Test test = current;
        Matcher mark = MARK.matcher(records);
        if (mark.find()) {
            long number = Long.parseLong(mark.group(1));
            test = tests.stream()
                    .filter(known -> known.number() == number)
                    .findAny()
                    .orElse(null);
        } else if (marksEverything()) {
            test = null; // from outside of any checked test
        }
        if (test == null) {
            return false;
        }
        synchronized (leaks) {
            leaks.add(new Leak(test, type + ", in " + test.name() + records));
        }
        return true;
    }

    private static <T> void report(ResourceLeakDetector<T> detector) {
        // A detector looks into its queue whenever it begins to track something; what, does not matter to it.
        @SuppressWarnings("unchecked")
        T anything = (T) new Object();
        ResourceLeakTracker<T> tracker = detector.trackForcibly(anything);
        tracker.close(anything);
    }

    private static final class Factory extends ResourceLeakDetectorFactory {

        private final LeakWatch watch;

        Factory(LeakWatch watch) {
            this.watch = watch;
        }

        @Override
        @Deprecated
        public <T> ResourceLeakDetector<T> newResourceLeakDetector(Class<T> resource, int interval, long maxActive) {
            return newResourceLeakDetector(resource, interval);
        }

        @Override
        public <T> ResourceLeakDetector<T> newResourceLeakDetector(Class<T> resource, int interval) {
            Detector<T> detector = new Detector<>(resource, interval, watch);
            watch.detectors.add(detector);
            return detector;
        }
    }

    /** Marks what it tracks with the test, and brings the reports here. */
    private static final class Detector<T> extends ResourceLeakDetector<T> {

        private final Class<T> resource;
        private final LeakWatch watch;

        Detector(Class<T> resource, int interval, LeakWatch watch) {
            super(resource, interval);
            this.resource = resource;
            this.watch = watch;
        }

        void report() {
            LeakWatch.report(this);
        }

        // The mark also makes equal leaks of two tests differ; the detector reports equal ones once.
        @Override
        protected @Nullable Object getInitialHint(String resourceType) {
            Test test = watch.current;
            return test == null ? null : "allocated in checked test " + test.number() + ", " + test.name();
        }

        @Override
        protected boolean needReport() {
            return true;
        }

        @Override
        protected void reportTracedLeak(String resourceType, String records) {
            if (!watch.heard(resourceType, records)) {
                super.reportTracedLeak(resourceType, records);
            }
        }
    }
}
