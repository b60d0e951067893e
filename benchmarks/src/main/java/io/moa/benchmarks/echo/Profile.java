package io.moa.benchmarks.echo;

import io.moa.benchmarks.Table;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Comparator;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import jdk.jfr.EventType;
import jdk.jfr.FlightRecorder;
import jdk.jfr.Recording;
import jdk.jfr.consumer.RecordedEvent;
import jdk.jfr.consumer.RecordedFrame;
import jdk.jfr.consumer.RecordedMethod;
import jdk.jfr.consumer.RecordedStackTrace;
import jdk.jfr.consumer.RecordedThread;
import jdk.jfr.consumer.RecordingFile;
import org.jspecify.annotations.Nullable;

/**
 * Where the time and the bytes went, as the JDK's Flight Recorder samples it within one window.
 *
 * <p>Its limits: up to JDK 24 it samples threads that run Java code, and apart from those threads that are inside native
 * methods, whether these work or wait. So the time in system calls does not show in the samples of Java code; the table of
 * threads, which the operating system counted, shows it. From JDK 25 on Linux it samples by CPU time, native code
 * included, and that is used instead. No thread is sampled at its exact place: the compiler moves a few instructions.
 */
final class Profile implements AutoCloseable {

    private static final String CPU_TIME = "jdk.CPUTimeSample";
    private static final String JAVA = "jdk.ExecutionSample";
    private static final String NATIVE = "jdk.NativeMethodSample";
    private static final String THREAD_LOAD = "jdk.ThreadCPULoad";
    private static final String ALLOCATION = "jdk.ObjectAllocationSample";

    private final Recording recording;
    private final Path file;

    private Profile(Recording recording, Path file) {
        this.recording = recording;
        this.file = file;
    }

    /** Records from now until {@link #stop}; {@link #close} writes the file. */
    static Profile record(Path file) throws IOException {
        Files.createDirectories(file.toAbsolutePath().getParent());
        Recording recording = new Recording();
        boolean cpuTime = FlightRecorder.getFlightRecorder().getEventTypes().stream()
                .map(EventType::getName)
                .anyMatch(CPU_TIME::equals);
        if (cpuTime) {
            recording.enable(CPU_TIME).with("throttle", "10ms");
        } else {
            recording.enable(JAVA).withPeriod(Duration.ofMillis(5));
            recording.enable(NATIVE).withPeriod(Duration.ofMillis(20));
        }
        recording.enable(THREAD_LOAD).withPeriod(Duration.ofSeconds(1));
        recording.enable(ALLOCATION).with("throttle", "300/s");
        recording.start();
        return new Profile(recording, file);
    }

    /** Ends the window; nothing later is recorded. */
    void stop() {
        recording.stop();
    }

    @Override
    public void close() throws IOException {
        recording.dump(file);
        recording.close();
    }

    /** The tables of a recording, by heading. */
    static Map<String, Table> read(Path file, int most) throws IOException {
        Map<String, Double> frames = new HashMap<>();
        Map<String, Double> packages = new HashMap<>();
        Map<String, Double> nearest = new HashMap<>();
        Map<String, Double> natives = new HashMap<>();
        Map<String, double[]> threads = new HashMap<>();
        Map<String, Double> classes = new HashMap<>();
        Map<String, Double> sites = new HashMap<>();
        try (RecordingFile events = new RecordingFile(file)) {
            while (events.hasMoreEvents()) {
                RecordedEvent event = events.readEvent();
                RecordedStackTrace stack = event.getStackTrace();
                switch (event.getEventType().getName()) {
                    case CPU_TIME, JAVA -> {
                        RecordedMethod top = top(stack);
                        add(frames, top == null ? "(stack unknown)" : name(top), 1);
                        add(packages, top == null ? "(stack unknown)" : packageOf(top), 1);
                        add(nearest, nearestLibraryFrame(stack), 1);
                    }
                    case NATIVE -> {
                        if (isOurOwn(event.getThread("sampledThread"))) {
                            continue;
                        }
                        RecordedMethod top = top(stack);
                        add(natives, top == null ? "(stack unknown)" : name(top), 1);
                    }
                    case THREAD_LOAD -> {
                        String group = event.getThread("eventThread") == null
                                ? "(ended)"
                                : group(event.getThread("eventThread").getJavaName());
                        double[] sums = threads.computeIfAbsent(group, key -> new double[2]);
                        sums[0] += event.getFloat("user");
                        sums[1] += event.getFloat("system");
                    }
                    case ALLOCATION -> {
                        double weight = event.getLong("weight");
                        add(classes, event.getClass("objectClass").getName(), weight);
                        add(sites, nearestLibraryFrame(stack), weight);
                    }
                    default -> {} // settings and the recorder's own
                }
            }
        }
        Map<String, Table> tables = new LinkedHashMap<>();
        tables.put("CPU by threads, as the operating system counted it", threadTable(threads));
        tables.put(count(frames) + "by top frame", shares("frame", frames, most));
        tables.put(count(frames) + "by package of the top frame", shares("package", packages, most));
        tables.put(count(frames) + "by nearest frame outside the JDK", shares("frame", nearest, most));
        tables.put(count(natives) + "inside native methods, waiting included", shares("frame", natives, most));
        tables.put("Bytes allocated by class", shares("class", classes, most));
        tables.put("Bytes allocated by nearest frame outside the JDK", shares("frame", sites, most));
        tables.values().removeIf(Table::isEmpty);
        return tables;
    }

    /** A share means little without it. */
    private static String count(Map<String, Double> counts) {
        return Math.round(counts.values().stream()
                        .mapToDouble(Double::doubleValue)
                        .sum()) + " samples ";
    }

    /** The process's first thread waits for orders all the time. */
    private static boolean isOurOwn(@Nullable RecordedThread thread) {
        return thread != null && "main".equals(thread.getJavaName());
    }

    private static Table shares(String what, Map<String, Double> counts, int most) {
        double all = counts.values().stream().mapToDouble(Double::doubleValue).sum();
        Table table = new Table(what, "share");
        counts.entrySet().stream()
                .sorted(Map.Entry.<String, Double>comparingByValue().reversed())
                .limit(most)
                .forEach(entry -> table.row(entry.getKey(), percent(entry.getValue() / all)));
        return table;
    }

    private static Table threadTable(Map<String, double[]> threads) {
        double all =
                threads.values().stream().mapToDouble(sums -> sums[0] + sums[1]).sum();
        Table table = new Table("threads", "user", "system", "both");
        threads.entrySet().stream()
                .sorted(Comparator.comparingDouble(
                        (Map.Entry<String, double[]> entry) -> -(entry.getValue()[0] + entry.getValue()[1])))
                .filter(entry -> (entry.getValue()[0] + entry.getValue()[1]) / all > 0.002)
                .forEach(entry -> table.row(
                        entry.getKey(),
                        percent(entry.getValue()[0] / all),
                        percent(entry.getValue()[1] / all),
                        percent((entry.getValue()[0] + entry.getValue()[1]) / all)));
        return table;
    }

    private static @Nullable RecordedMethod top(@Nullable RecordedStackTrace stack) {
        return stack == null || stack.getFrames().isEmpty()
                ? null
                : stack.getFrames().get(0).getMethod();
    }

    /** The frame that a reader can do something about: the first that is not the JDK's. */
    private static String nearestLibraryFrame(@Nullable RecordedStackTrace stack) {
        List<RecordedFrame> frames = stack == null ? List.of() : stack.getFrames();
        return frames.stream()
                .map(RecordedFrame::getMethod)
                .filter(method -> !method.getType().getName().matches("(java|jdk|sun|javax)\\..*"))
                .map(Profile::name)
                .findFirst()
                .orElse("(the JDK's alone)");
    }

    private static void add(Map<String, Double> counts, String key, double weight) {
        counts.merge(key, weight, Double::sum);
    }

    private static String name(RecordedMethod method) {
        return method.getType().getName() + "." + method.getName();
    }

    private static String packageOf(RecordedMethod method) {
        String type = method.getType().getName();
        return type.contains(".") ? type.substring(0, type.lastIndexOf('.')) : "(none)";
    }

    /** One name for threads that differ by a number only. */
    private static String group(@Nullable String thread) {
        return thread == null ? "(the virtual machine's)" : thread.replaceAll("[0-9]+", "N");
    }

    private static String percent(double share) {
        return String.format(Locale.ROOT, "%.1f %%", share * 100);
    }
}
