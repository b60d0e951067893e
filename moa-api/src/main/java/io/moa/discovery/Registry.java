package io.moa.discovery;

import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Where instances announce themselves and clients learn of them.
 *
 * <h2>Contract</h2>
 *
 * <p>No method blocks on I/O and none fails because the store behind it is away: a registration is kept and repeated until
 * it succeeds, a subscription begins with what is known and goes on when the store comes back. Safe for many threads.
 *
 * <p>The test of this contract is {@code RegistryContract} in the test kit; every implementation runs it.
 */
public interface Registry extends AutoCloseable {

    /**
     * Announces a process. A second registration of the same uuid replaces the first.
     *
     * @return the handle by which the announcement is changed or withdrawn
     */
    Registration register(Instance instance);

    /**
     * Follows one service.
     *
     * @param listener told first what is known now, perhaps {@linkplain Snapshot#isUnknown() nothing}, before this method
     *     returns, then each change, in order and one at a time, on a thread of the registry's choosing; it must not block
     */
    Subscription subscribe(ServiceId service, Consumer<Snapshot> listener);

    /**
     * Follows every process, whatever it offers: for those who answer for others, such as a lookup. A process is told once,
     * however many services it offers.
     *
     * @param listener told first everything that is known now, perhaps {@linkplain CatalogueChange#isUnknown() nothing},
     *     before this method returns, then each change, in order and one at a time, on a thread of the registry's choosing;
     *     it must not block
     */
    CatalogueSubscription subscribeAll(Consumer<CatalogueChange> listener);

    /**
     * Whether it is a place outside this process, so that clients do well to keep on disk what it said. Default true; false
     * for a registry in memory, whose instances end with the process.
     */
    default boolean outlivesProcess() {
        return true;
    }

    /**
     * Whether instances can be announced here. Default true; false for a registry that is only followed, such as a lookup,
     * whose {@link #register} throws {@link UnsupportedOperationException} with a message that says where to announce instead.
     */
    default boolean takesRegistrations() {
        return true;
    }

    /**
     * Where this process reaches it, so that a server can announce the address that leads there too. Default none, as of a
     * registry in memory.
     */
    default List<Address.Tcp> nodes() {
        return List.of();
    }

    /**
     * Tells those who watch over the instances that a consumer cannot reach some of them. It is a hint: it may be dropped,
     * and alone it changes nothing. Does not wait. Default: nobody is told.
     *
     * @param consumer the uuid of the process that complains; one process has one vote
     * @param instances whom it cannot reach; at most {@value #MAX_COMPLAINTS} at once, what is beyond is dropped
     */
    default void complain(String consumer, List<Unreachable> instances) {}

    /** So many instances are complained of at once at most. */
    int MAX_COMPLAINTS = 100;

    /**
     * An instance that cannot be reached. Immutable.
     *
     * @param uuid the instance
     * @param reason for people
     */
    record Unreachable(String uuid, String reason) {}

    /**
     * Where the processes of this registry share quotas. Default null, as of one that keeps none: then each process goes by its local share.
     */
    default @Nullable QuotaSource quotas() {
        return null;
    }

    /** Ends everything begun here and forgets it. Registered instances are withdrawn. Idempotent. */
    @Override
    void close();

    /** The announcement of one process. Safe for many threads. */
    interface Registration extends AutoCloseable {

        /** Completes when the store has the announcement for the first time. Never exceptionally. */
        CompletableFuture<Void> registered();

        /**
         * Announces changed facts of the same process.
         *
         * @throws IllegalArgumentException if the uuid differs
         */
        void update(Instance instance);

        /**
         * Completes when the store has all that was said of this process until now, by registering it, by {@link #update}, {@link #offline} and {@link
         * #online}, and when that is said no more: after {@link #close}, or where another registration of it counts. While the store is away it does not.
         * Never exceptionally. Default: {@link #registered}, as of a registry where what is said is known at once.
         */
        default CompletableFuture<Void> announced() {
            return registered();
        }

        /** Withdraws the process from the online list while it goes on to serve what still comes. Idempotent. */
        void offline();

        /** Puts the process back on the online list after {@link #offline()}. Idempotent. */
        void online();

        /** Withdraws the announcement. Idempotent. */
        @Override
        void close();

        /**
         * Completes when nothing more is to be waited for after {@link #close()}: the store has the withdrawal, or it is away,
         * or it took too long. For who ends a process, where nobody goes on with it. Never exceptionally, and within a bound
         * that the implementation states. Default: completed, as of a registry that withdraws at once.
         */
        default CompletableFuture<Void> withdrawn() {
            return CompletableFuture.completedFuture(null);
        }
    }

    /** The following of one service. */
    interface Subscription extends AutoCloseable {

        /** What is known now. */
        Snapshot current();

        /**
         * Who says what is known now of one instance, for people; where there is one source, {@link Snapshot#source()}.
         *
         * @param uuid the instance; one that nobody lists is of no source, and the answer is that of the whole
         */
        default String sourceOf(String uuid) {
            return current().source();
        }

        /** Ends the following; the listener may be told once more while this runs, and not after. Idempotent. */
        @Override
        void close();
    }

    /** The following of every process. */
    interface CatalogueSubscription extends AutoCloseable {

        /** When the source confirmed what is known now, on the subscriber's ticker; before it answered, when this began. */
        long asOfNanos();

        /** Ends the following; the listener may be told once more while this runs, and not after. Idempotent. */
        @Override
        void close();
    }
}
