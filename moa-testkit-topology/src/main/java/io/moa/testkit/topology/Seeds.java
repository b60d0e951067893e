package io.moa.testkit.topology;

import io.moa.protocol.serialize.Serializers;
import java.util.Arrays;
import java.util.stream.LongStream;

/**
 * Runs one scenario on many seeds, each in a {@link Topology} of its own.
 *
 * <pre>{@code
 * Seeds.first(200).run(town -> { ... });
 * }</pre>
 *
 * <p>A failure names the seed and shows what happened in that run. With the system property {@value #PROPERTY} set to a
 * number, only that seed runs, whatever the test asks for: {@code mvn test -Dtest=... -Dmoa.test.seed=42}.
 *
 * <p>Immutable; safe for many threads.
 */
public final class Seeds {

    /** The system property that makes every scenario run with one seed only. */
    public static final String PROPERTY = "moa.test.seed";

    /** A scenario: builds nodes, takes steps, asserts. What it throws fails the run. */
    @FunctionalInterface
    public interface Scenario {
        void play(Topology topology) throws Exception;
    }

    private final long[] seeds;

    private Seeds(long[] seeds) {
        this.seeds = seeds;
    }

    /**
     * The seeds from 1 on.
     *
     * @param count 1 to 1,000,000
     * @throws IllegalArgumentException if it is out of range
     */
    public static Seeds first(int count) {
        if (count < 1 || count > 1_000_000) {
            throw new IllegalArgumentException("A scenario runs on 1 to 1000000 seeds, not " + count);
        }
        return new Seeds(LongStream.rangeClosed(1, count).toArray());
    }

    /** Just these seeds: those that once failed. */
    public static Seeds of(long... seeds) {
        return new Seeds(seeds.clone());
    }

    /**
     * Plays the scenario once for each seed, one after another, and closes each topology, which asserts that its calls
     * balance.
     *
     * @throws AssertionError at the first seed that fails: with the seed, the moment, what happened, and what was thrown as
     *     the cause
     */
    public void run(Scenario scenario) {
        Serializers serializers = Topology.loadSerializers(); // half of the price of a topology, and the same for all
        String only = System.getProperty(PROPERTY);
        for (long seed : only == null ? seeds : new long[] {parse(only)}) {
            Topology topology = new Topology(seed, serializers);
            try {
                scenario.play(topology);
                topology.close();
            } catch (Throwable failure) {
                String shown = String.valueOf(failure.getMessage());
                String report = shown.contains(topology.beginningOfReport()) ? "" : "\n" + topology.report();
                AssertionError error = new AssertionError(
                        failure + report + "\nTo run this seed alone: -D" + PROPERTY + "=" + seed, failure);
                try {
                    topology.end();
                } catch (Throwable alsoFailed) {
                    error.addSuppressed(alsoFailed);
                }
                throw error;
            }
        }
    }

    private static long parse(String text) {
        try {
            return Long.parseLong(text.trim());
        } catch (NumberFormatException e) {
            throw new IllegalArgumentException("The system property " + PROPERTY + " is a number, not " + text, e);
        }
    }

    @Override
    public String toString() {
        return "Seeds" + Arrays.toString(seeds.length <= 10 ? seeds : Arrays.copyOf(seeds, 10))
                + (seeds.length <= 10 ? "" : " and more");
    }
}
