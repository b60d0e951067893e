package io.moa.registry.watch;

import java.time.Duration;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;

/**
 * What watchers share: who watches what, what is registered, leases, marks with their evidence, letters between watchers
 * and complaints of consumers.
 *
 * <h2>Contract</h2>
 *
 * <p>No method blocks; each takes a batch, so that one call can be one round trip. A future fails if the store did not
 * answer; then it is not known whether the change was made, and every change may be asked for again. Futures may complete
 * on any thread. Collections that are returned are immutable. Safe for many threads.
 *
 * <p>Instances are shared out in {@value #PARTS} parts, by {@link #partOf}. A part is held by one watcher under a fence, a
 * number that grows with every claim. A {@link #write} is made only while its watcher has a lease and holds the part under
 * just this fence, checked in the same step as the change: so a watcher that was frozen and comes back changes nothing.
 *
 * <p>Ages are measured by the store's own clock and lapse early if that clock jumps. No watcher takes a missing lease for
 * a death, so that does no harm.
 *
 * <p>The test of this contract is {@code WatchStoreContract}; every implementation runs it.
 */
public interface WatchStore {

    /** How many parts there are. All watchers of a registry must agree on it. */
    int PARTS = 64;

    /** How many letters wait for one watcher at most; beyond it the oldest are dropped. */
    int MAX_LETTERS = 4_096;

    /** How many complaints about one instance are kept at most; beyond it new ones are dropped. */
    int MAX_COMPLAINTS = 32;

    /** How many entries of evidence are kept of one instance; beyond it the oldest are dropped. */
    int MAX_EVIDENCE = 20;

    /** How long a complaint counts. */
    Duration COMPLAINT_LIFE = Duration.ofSeconds(30);

    /** The window in which {@link Allowance}s are counted. It slides. */
    Duration FUSE_WINDOW = Duration.ofMinutes(1);

    /** The part that an instance belongs to: 0 to {@value #PARTS} - 1, the same for every watcher. */
    static int partOf(String uuid) {
        return Math.floorMod(Rendezvous.mix(uuid.hashCode()), PARTS);
    }

    /**
     * Renews a watcher's lease, or takes it for the first time, and tells what is new. Letters are told once.
     *
     * @param watcher a name that no other watcher uses, and that is new for every start of a process
     * @param fit false if the watcher believes itself cut off; it then leaves its parts to others while there are any
     * @param lease how long it lasts without renewal; 1 s or more
     */
    CompletableFuture<Round> renew(String watcher, boolean fit, Duration lease);

    /**
     * Claims parts. A part is given if nobody holds it, if its holder has no lease, or if the claimer holds it already,
     * and only if the claimer has a lease. All parts given by one call may have the same fence.
     *
     * @param floor the largest fence that the claimer has seen; what is given is larger, also after the store was emptied
     * @return the parts given, with their fences; parts not given are missing
     */
    CompletableFuture<Map<Integer, Long>> claim(String watcher, Set<Integer> parts, long floor);

    /** Gives parts back. Those not held by this watcher under this fence stay as they are. */
    CompletableFuture<Void> release(String watcher, Map<Integer, Long> parts);

    /** Gives up the lease and all parts. Idempotent. */
    CompletableFuture<Void> leave(String watcher);

    /** What is registered, by uuid and revision, and what is marked. */
    CompletableFuture<Listing> list();

    /**
     * What these processes say of themselves. Those that are not registered, or whose record cannot be read, are missing.
     *
     * @param uuids at most 1,000
     */
    CompletableFuture<Map<String, Registered>> read(Collection<String> uuids);

    /**
     * What speaks for or against these processes, apart from probes. One is returned for each uuid.
     *
     * @param uuids at most 1,000
     */
    CompletableFuture<Map<String, Signs>> signs(Collection<String> uuids);

    /**
     * Makes changes, each for itself and checked for itself, in this order. A change that is made appends its evidence and
     * tells the followers of the instance's services.
     *
     * <ul>
     *   <li>{@link Change#SUSPECT} and {@link Change#REMOVE} set the mark SUSPECT or OFFLINE of a registered instance.
     *   <li>{@code REMOVE} is made only if in the last {@link #FUSE_WINDOW} each of its allowances' scopes counted fewer
     *       removals than its limit, and then counts one for each scope. One that is OFFLINE already counts nothing.
     *   <li>{@link Change#REINSTATE} takes the mark away. It gives no allowance back.
     *   <li>{@link Change#FORGET} takes away the record and the mark of an instance that is marked OFFLINE, or that has withdrawn
     *       itself and has no lease; the evidence stays. Of one that has withdrawn itself the followers are told that it left.
     * </ul>
     *
     * @param verdicts at most 256
     * @return what became of each, in the same order
     */
    CompletableFuture<List<Written>> write(String watcher, List<Verdict> verdicts);

    /**
     * Sends letters to other watchers, which find them with their next {@link #renew}. One to a watcher without a lease is
     * dropped.
     *
     * @param letters at most 1,000
     */
    CompletableFuture<Void> send(List<Letter> letters);

    /**
     * Notes what a consumer could not reach. One consumer has one complaint about one instance; a new one takes the place of
     * the old. Needs no right to change anything else.
     *
     * @param complaints all by the same consumer; at most 100
     */
    CompletableFuture<Void> complain(List<Complaint> complaints);

    /** Why an instance was marked, reinstated or forgotten, newest first; empty if it never was. */
    CompletableFuture<List<Evidence>> evidence(String uuid);
}
