package io.moa.discovery;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * Everything a registry knows of one service at one moment. Immutable; a change is a new snapshot with a higher revision.
 *
 * <p><b>Goodbyes.</b> That an instance is missing says little: its process may have left, or the store may have lost a key.
 * What only the process itself can say is therefore told apart, in {@code goodbyes}. A goodbye may be missing, because the
 * one who reads came late or the store forgot it too; it is never wrong: whoever is in the set left of its own will.
 *
 * @param service which service
 * @param revision grows with every change that this source saw; 0 before the source has answered
 * @param entries the registered instances, in a stable order: best in that of the uuids, in which long lists are compared fastest.
 *     Of several entries of one uuid only the last is kept
 * @param asOfNanos when the source confirmed this, on the subscriber's ticker, so that age needs no wall clock
 * @param source who says so, for people: {@code memory}, {@code redis …}, {@code disk …}, {@code none}
 * @param goodbyes the uuids of processes that said themselves that they take no new calls: those among the entries that
 *     went {@linkplain Registry.Registration#offline() offline}, and, at most the {@value #MAX_GOODBYES} latest, those no
 *     longer among them that withdrew their registration, or this service from it. Who comes back is not among them
 * @param distances the uuids of those among the entries that are to be used only when none of a smaller distance can be,
 *     each with its distance, 1 or more; who is not among them has distance 0
 */
public record Snapshot(
        ServiceId service,
        long revision,
        List<Entry> entries,
        long asOfNanos,
        String source,
        Set<String> goodbyes,
        Map<String, Integer> distances) {

    /** So many goodbyes of processes that are no longer listed are remembered at most. */
    public static final int MAX_GOODBYES = 1_000;

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

        /** The instance as rules see it: with the tag that an operator decided in place of its own. An empty one takes its own away. */
        public Instance instanceAsDecided() {
            String tag = operator.tag();
            return tag == null ? instance : instance.withTag(tag);
        }
    }

    public Snapshot {
        entries = eachOnce(List.copyOf(entries));
        goodbyes = Set.copyOf(goodbyes);
        distances = Map.copyOf(distances);
    }

    /** Registries tell their lists in the order of the uuids: then one look at each is enough. */
    private static List<Entry> eachOnce(List<Entry> entries) {
        boolean ascends = true;
        for (int i = 1; ascends && i < entries.size(); i++) {
            ascends = entries.get(i - 1)
                            .instance()
                            .uuid()
                            .compareTo(entries.get(i).instance().uuid())
                    < 0;
        }
        if (ascends) {
            return entries;
        }
        Map<String, Entry> byUuid = new LinkedHashMap<>();
        for (Entry entry : entries) {
            byUuid.put(entry.instance().uuid(), entry);
        }
        return byUuid.size() == entries.size() ? entries : List.copyOf(byUuid.values());
    }

    /** One whose instances are all equally near. */
    public Snapshot(
            ServiceId service,
            long revision,
            List<Entry> entries,
            long asOfNanos,
            String source,
            Set<String> goodbyes) {
        this(service, revision, entries, asOfNanos, source, goodbyes, Map.of());
    }

    /** One without goodbyes. */
    public Snapshot(ServiceId service, long revision, List<Entry> entries, long asOfNanos, String source) {
        this(service, revision, entries, asOfNanos, source, Set.of());
    }

    /** What is known before any source has answered: nothing. It is not the same as an empty list. */
    public static Snapshot unknown(ServiceId service, long nowNanos) {
        return new Snapshot(service, 0, List.of(), nowNanos, "none");
    }

    /** How far an instance is: 0, or more for one that is used only when no nearer one can be. */
    public int distanceOf(String uuid) {
        return distances.getOrDefault(uuid, 0);
    }

    /** Whether no source has answered yet. */
    public boolean isUnknown() {
        return revision == 0;
    }
}
