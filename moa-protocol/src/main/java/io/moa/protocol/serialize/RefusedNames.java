package io.moa.protocol.serialize;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Learns what the allow lists of services lack: it notes each class that was refused, says so once in the log, and lists the
 * lines to add. Off unless one is given to {@link Serializers#load(ClassLoader, SerializationLimits, RefusedNames)}.
 *
 * <p>It only takes notes. A class that is not allowed stays refused, is not loaded and not created, so that nothing is open
 * while it learns. What it lists was asked for by peers, though, and a peer may be hostile: read the lines before you add
 * them.
 *
 * <p>Safe for many threads. Keeps at most the given number of names, each of at most 512 characters that a class name may
 * have; later ones are counted and not kept.
 */
public final class RefusedNames implements AutoCloseable {

    private static final Logger LOG = LoggerFactory.getLogger(RefusedNames.class);
    private static final int MOST = 1_000;

    private final int most;
    private final Map<Refusal, Long> counts = new LinkedHashMap<>();
    private long notKept;

    private record Refusal(String service, String className) {}

    /** Keeps up to 1,000 names. */
    public RefusedNames() {
        this(MOST);
    }

    /**
     * Keeps up to so many names.
     *
     * @throws IllegalArgumentException if it is not 1 to 100,000
     */
    public RefusedNames(int most) {
        if (most < 1 || most > 100_000) {
            throw new IllegalArgumentException("The number of names to keep is 1 to 100000, not " + most);
        }
        this.most = most;
    }

    /** Takes a note if the error is the refusal of a class. */
    void note(SerializationException e) {
        String className = e.refusedClass();
        String service = e.refusedFor();
        if (className == null || service == null) {
            return;
        }
        Refusal refusal = new Refusal(service, className);
        synchronized (counts) {
            if (counts.containsKey(refusal)) {
                counts.merge(refusal, 1L, Long::sum);
                return;
            }
            if (counts.size() >= most) {
                notKept++;
                return;
            }
            counts.put(refusal, 1L);
        }
        LOG.info("Learned from a refusal: {}", e.getMessage());
    }

    /** The lines to add, one for each class and service, in the order in which they were first refused; empty if none was. */
    public List<String> lines() {
        List<String> lines = new ArrayList<>();
        synchronized (counts) {
            counts.forEach((refusal, count) -> {
                String literal = refusal.className().replace('$', '.') + ".class";
                lines.add((refusal.service().isEmpty() ? "no service" : refusal.service()) + ": @SubTypes(" + literal
                        + ") or .withAllowed(" + literal + ")  // refused " + count
                        + (count == 1 ? " time" : " times"));
            });
        }
        return List.copyOf(lines);
    }

    /** How many refusals were left out because there was no more room. */
    public long notKept() {
        synchronized (counts) {
            return notKept;
        }
    }

    /** Says all lines in the log once more. It may be used on. */
    @Override
    public void close() {
        List<String> lines = lines();
        if (!lines.isEmpty()) {
            LOG.info(
                    "Refused classes, and the lines that would allow them ({} refusals were not kept):\n{}",
                    notKept(),
                    String.join("\n", lines));
        }
    }
}
