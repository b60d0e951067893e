package io.moa.discovery;

import java.util.List;

/**
 * Everything a registry knows of one service at one moment. Immutable; a change is a new snapshot with a higher revision.
 *
 * @param service which service
 * @param revision grows with every change that this source saw; 0 before the source has answered
 * @param entries the registered instances, in a stable order
 * @param asOfNanos when the source confirmed this, on the subscriber's ticker, so that age needs no wall clock
 * @param source who says so, for people: {@code memory}, {@code redis …}, {@code disk …}, {@code none}
 */
public record Snapshot(ServiceId service, long revision, List<Entry> entries, long asOfNanos, String source) {

    /**
     * One instance as the registry sees it. Registered, online and the operator's decision are three facts with three
     * writers, and none overwrites another.
     *
     * @param instance what the process says of itself
     * @param liveness what the watchers say of it
     * @param operator what an operator has decided
     */
    public record Entry(Instance instance, Liveness liveness, OperatorState operator) {

        /** Whether it is on the online list. */
        public boolean online() {
            return liveness.online();
        }

        /** Whether new calls may go there. */
        public boolean usable() {
            return online() && !operator.offline();
        }
    }

    public Snapshot {
        entries = List.copyOf(entries);
    }

    /** What is known before any source has answered: nothing. It is not the same as an empty list. */
    public static Snapshot unknown(ServiceId service, long nowNanos) {
        return new Snapshot(service, 0, List.of(), nowNanos, "none");
    }

    /** Whether no source has answered yet. */
    public boolean isUnknown() {
        return revision == 0;
    }
}
