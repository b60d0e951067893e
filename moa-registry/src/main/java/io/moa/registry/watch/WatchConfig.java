package io.moa.registry.watch;

import java.time.Duration;

/**
 * How a watcher watches. Immutable; defaults and ranges stand at the methods of the {@link Builder}.
 *
 * @param lease how long a watcher's lease lasts without renewal
 * @param renewEvery how often it is renewed
 * @param listEvery how often the registered instances are read
 * @param probeEvery how often a healthy instance is probed
 * @param retryEvery how soon a failed probe is repeated
 * @param deadEvery how often, at the least, an instance that is OFFLINE is probed
 * @param failures how many probes in a row must fail
 * @param successes how many probes in a row must succeed before a mark is taken away
 * @param maxProbes how many probes run at once
 * @param lapsedAfter at what age a lease counts as lapsed
 * @param missingFor how long a lease must be missing before that counts as lapsed
 * @param unreachableFor how long probes must fail while the lease lives
 * @param complaints how many consumers make a second vantage point
 * @param serviceShare the part of a service's instances that may be removed within a minute
 * @param overallShare the part of all instances that may be removed within a minute
 * @param overallFloor how many may be removed within a minute however few there are
 * @param isolationShare the part of the instances that must become unreachable at once before the watcher doubts itself
 * @param isolationHold how long it then doubts itself at the least
 * @param pauseLimit by how much a tick may be late before the watcher takes itself for paused
 * @param forgetAfter how long an instance is OFFLINE before its record is taken away
 */
public record WatchConfig(
        Duration lease,
        Duration renewEvery,
        Duration listEvery,
        Duration probeEvery,
        Duration retryEvery,
        Duration deadEvery,
        int failures,
        int successes,
        int maxProbes,
        Duration lapsedAfter,
        Duration missingFor,
        Duration unreachableFor,
        int complaints,
        double serviceShare,
        double overallShare,
        int overallFloor,
        double isolationShare,
        Duration isolationHold,
        Duration pauseLimit,
        Duration forgetAfter) {

    /** Everything at its default. */
    public static final WatchConfig DEFAULT = builder().build();

    /** Begins with the defaults. */
    public static Builder builder() {
        return new Builder();
    }

    /** Collects settings. Not safe for threads. */
    public static final class Builder {
        private Duration lease = Duration.ofSeconds(3);
        private Duration renewEvery = Duration.ofSeconds(1);
        private Duration listEvery = Duration.ofSeconds(2);
        private Duration probeEvery = Duration.ofSeconds(5);
        private Duration retryEvery = Duration.ofMillis(500);
        private Duration deadEvery = Duration.ofSeconds(30);
        private int failures = 3;
        private int successes = 2;
        private int maxProbes = 2_000;
        private Duration lapsedAfter = Duration.ofSeconds(7);
        private Duration missingFor = Duration.ofSeconds(4);
        private Duration unreachableFor = Duration.ofSeconds(10);
        private int complaints = 3;
        private double serviceShare = 0.2;
        private double overallShare = 0.1;
        private int overallFloor = 10;
        private double isolationShare = 0.6;
        private Duration isolationHold = Duration.ofSeconds(30);
        private Duration pauseLimit = Duration.ofSeconds(2);
        private Duration forgetAfter = Duration.ofHours(1);

        private Builder() {}

        /** Default 3 s; 1 s to 1 min. Another watcher takes over within twice this. */
        public Builder lease(Duration value) {
            lease = within("lease", value, Duration.ofSeconds(1), Duration.ofMinutes(1));
            return this;
        }

        /** Default 1 s; 100 ms to a third of the lease. */
        public Builder renewEvery(Duration value) {
            renewEvery = within("renewEvery", value, Duration.ofMillis(100), Duration.ofSeconds(20));
            return this;
        }

        /** Default 2 s; 100 ms to 1 min. */
        public Builder listEvery(Duration value) {
            listEvery = within("listEvery", value, Duration.ofMillis(100), Duration.ofMinutes(1));
            return this;
        }

        /** Default 5 s, ± 10 %; 100 ms to 1 min. */
        public Builder probeEvery(Duration value) {
            probeEvery = within("probeEvery", value, Duration.ofMillis(100), Duration.ofMinutes(1));
            return this;
        }

        /** Default 500 ms; 100 ms to 1 min. */
        public Builder retryEvery(Duration value) {
            retryEvery = within("retryEvery", value, Duration.ofMillis(100), Duration.ofMinutes(1));
            return this;
        }

        /** Default 30 s, reached by doubling; 1 s to 10 min. */
        public Builder deadEvery(Duration value) {
            deadEvery = within("deadEvery", value, Duration.ofSeconds(1), Duration.ofMinutes(10));
            return this;
        }

        /** Default 3; 2 to 100. */
        public Builder failures(int value) {
            failures = within("failures", value, 2, 100);
            return this;
        }

        /** Default 2; 1 to 100. */
        public Builder successes(int value) {
            successes = within("successes", value, 1, 100);
            return this;
        }

        /** Default 2,000; 1 to 100,000. */
        public Builder maxProbes(int value) {
            maxProbes = within("maxProbes", value, 1, 100_000);
            return this;
        }

        /** Default 7 s, which is two heartbeats that did not come; 4 s to 1 min. */
        public Builder lapsedAfter(Duration value) {
            lapsedAfter = within("lapsedAfter", value, Duration.ofSeconds(4), Duration.ofMinutes(1));
            return this;
        }

        /** Default 4 s, in which a living process writes its lease again; 4 s to 1 min. */
        public Builder missingFor(Duration value) {
            missingFor = within("missingFor", value, Duration.ofSeconds(4), Duration.ofMinutes(1));
            return this;
        }

        /** Default 10 s; 1 s to 10 min. */
        public Builder unreachableFor(Duration value) {
            unreachableFor = within("unreachableFor", value, Duration.ofSeconds(1), Duration.ofMinutes(10));
            return this;
        }

        /** Default 3; 2 to 32. */
        public Builder complaints(int value) {
            complaints = within("complaints", value, 2, WatchStore.MAX_COMPLAINTS);
            return this;
        }

        /** Default 0.2, and at least one instance; 0 to 1. */
        public Builder serviceShare(double value) {
            serviceShare = share("serviceShare", value, 0);
            return this;
        }

        /** Default 0.1, and at least {@code overallFloor} instances; 0 to 1. */
        public Builder overallShare(double value) {
            overallShare = share("overallShare", value, 0);
            return this;
        }

        /** Default 10; 1 to 100,000. */
        public Builder overallFloor(int value) {
            overallFloor = within("overallFloor", value, 1, 100_000);
            return this;
        }

        /** Default 0.6; 0.5 to 1. Fewer than three instances are never taken for an isolation. */
        public Builder isolationShare(double value) {
            isolationShare = share("isolationShare", value, 0.5);
            return this;
        }

        /** Default 30 s; 1 s to 1 h. */
        public Builder isolationHold(Duration value) {
            isolationHold = within("isolationHold", value, Duration.ofSeconds(1), Duration.ofHours(1));
            return this;
        }

        /** Default 2 s; 500 ms to the lease. */
        public Builder pauseLimit(Duration value) {
            pauseLimit = within("pauseLimit", value, Duration.ofMillis(500), Duration.ofMinutes(1));
            return this;
        }

        /** Default 1 h; 1 min to 30 days. */
        public Builder forgetAfter(Duration value) {
            forgetAfter = within("forgetAfter", value, Duration.ofMinutes(1), Duration.ofDays(30));
            return this;
        }

        /**
         * The settings.
         *
         * @throws IllegalArgumentException if they contradict each other
         */
        public WatchConfig build() {
            if (renewEvery.multipliedBy(3).compareTo(lease) > 0) {
                throw new IllegalArgumentException("renewEvery, " + renewEvery + ", is at most a third of the lease, "
                        + lease + ": one lost renewal must not lose the lease");
            }
            if (pauseLimit.compareTo(lease) > 0) {
                throw new IllegalArgumentException("pauseLimit, " + pauseLimit + ", is at most the lease, " + lease);
            }
            return new WatchConfig(
                    lease,
                    renewEvery,
                    listEvery,
                    probeEvery,
                    retryEvery,
                    deadEvery,
                    failures,
                    successes,
                    maxProbes,
                    lapsedAfter,
                    missingFor,
                    unreachableFor,
                    complaints,
                    serviceShare,
                    overallShare,
                    overallFloor,
                    isolationShare,
                    isolationHold,
                    pauseLimit,
                    forgetAfter);
        }

        private static Duration within(String name, Duration value, Duration least, Duration most) {
            if (value.compareTo(least) < 0 || value.compareTo(most) > 0) {
                throw new IllegalArgumentException(name + " is " + least + " to " + most + ", not " + value);
            }
            return value;
        }

        private static int within(String name, int value, int least, int most) {
            if (value < least || value > most) {
                throw new IllegalArgumentException(name + " is " + least + " to " + most + ", not " + value);
            }
            return value;
        }

        private static double share(String name, double value, double least) {
            if (!(value >= least && value <= 1)) {
                throw new IllegalArgumentException(name + " is " + least + " to 1, not " + value);
            }
            return value;
        }
    }
}
