package io.moa.client.cluster;

import io.moa.Moa;
import io.moa.discovery.Instance;
import io.moa.discovery.ServiceId;
import io.moa.invoke.Executed;
import io.moa.invoke.Invocation;
import io.moa.invoke.Invoker;
import io.moa.invoke.Reply;
import io.moa.invoke.Status;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Predicate;

/**
 * One instance, as something that can be called: a few connections, opened when the first call comes, used in turn. Safe
 * for many threads.
 */
public final class Endpoint implements Invoker {

    private final Moa moa;
    private final Instance instance;
    private final Ways ways;
    private final ConnectionSlot[] slots;
    private final Hearing hearing;
    private final AtomicInteger turn = new AtomicInteger();

    /**
     * One that is not connected.
     *
     * @param servedElsewhere whether this client is connected to anybody who offers a service; asked under a lock, so it must not
     *     take any
     * @param knownSinceNanos since when the registry tells of the instance
     * @param hearing told whether it says anything
     */
    Endpoint(
            Moa moa,
            Instance instance,
            EndpointConfig config,
            Unreachables unreachables,
            ConnectSpread spread,
            Predicate<ServiceId> servedElsewhere,
            long knownSinceNanos,
            Hearing hearing) {
        this.moa = moa;
        this.hearing = hearing;
        this.instance = instance;
        this.ways = Ways.to(moa, instance);
        this.slots = new ConnectionSlot[config.connections()];
        for (int i = 0; i < slots.length; i++) {
            slots[i] = new ConnectionSlot(
                    moa, instance, ways, config, unreachables, spread, servedElsewhere, knownSinceNanos, this);
        }
    }

    /** A connection to it says nothing, or none can be made after that. */
    void silent() {
        hearing.silent(instance.uuid());
    }

    /** It has said on a connection that it closes. */
    void leaves() {
        hearing.leaves(instance.uuid());
    }

    /** One of which that was said is heard again. */
    void heard() {
        for (ConnectionSlot slot : slots) {
            if (slot.isSilent()) {
                return;
            }
        }
        hearing.heard(instance.uuid());
    }

    @Override
    public CompletableFuture<Reply> invoke(Invocation call) {
        ConnectionSlot slot = slots.length == 1 ? slots[0] : slots[Math.floorMod(turn.getAndIncrement(), slots.length)];
        return slot.invoke(call);
    }

    /** Whether this process would reach the instance, as it is described now, at the same addresses. */
    boolean leadsTo(Instance now) {
        return now.equals(instance) || Ways.to(moa, now).addresses().equals(ways.addresses());
    }

    /** Closes each connection when its calls are done; new calls are refused as certainly not run. */
    void retire() {
        for (ConnectionSlot slot : slots) {
            slot.retire();
        }
    }

    /** Which of its addresses is used, or would be, and why; for people. */
    String way() {
        return slots[0].way();
    }

    /** Whether the very process is connected. */
    boolean isConnected() {
        for (ConnectionSlot slot : slots) {
            if (slot.isConnected()) {
                return true;
            }
        }
        return false;
    }

    /** Whether the very process is connected, and offers the service. */
    boolean serves(ServiceId service) {
        return instance.offers(service) && isConnected();
    }

    /** Whether no connection is left. */
    boolean isIdle() {
        for (ConnectionSlot slot : slots) {
            if (!slot.isIdle()) {
                return false;
            }
        }
        return true;
    }

    void close() {
        for (ConnectionSlot slot : slots) {
            slot.close();
        }
    }

    @Override
    public String toString() {
        return "Endpoint[" + instance + "]";
    }

    static Reply.Failure refused(Status status, String message) {
        return Reply.failure(status, Executed.NO, message);
    }
}
