package io.moa.client.stub;

import io.moa.Moa;
import io.moa.client.cluster.ClusterLink;
import io.moa.discovery.ServiceId;
import io.moa.governance.gate.GateMemory;
import io.moa.governance.observe.Observation;
import io.moa.governance.policy.ImpossibleValue;
import io.moa.governance.policy.MethodPolicy;
import io.moa.invoke.Attributes;
import io.moa.invoke.Backstop;
import io.moa.invoke.Caller;
import io.moa.invoke.Executed;
import io.moa.invoke.Hop;
import io.moa.invoke.Invocation;
import io.moa.invoke.Invoker;
import io.moa.invoke.MethodId;
import io.moa.invoke.Phase;
import io.moa.invoke.Reply;
import io.moa.invoke.Seat;
import io.moa.invoke.Status;
import io.moa.protocol.serialize.AllowList;
import io.moa.protocol.serialize.BodyCodec;
import io.moa.protocol.serialize.ErrorReader;
import io.moa.protocol.serialize.Serializer;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Function;
import java.util.function.Supplier;

/**
 * Calls on behalf of other processes, in whatever serializer: their bodies are passed on unread, and they are governed as those processes have said
 * of their methods, under the live rules. What only the caller can do, fallbacks and the answers of rules, is left to it. Safe for many threads.
 */
public final class ForwardedCalls implements Invoker {

    private static final Attributes.Key<Method> METHOD = new Attributes.Key<>("forwarded method");

    /** A method of which a process has said what is decided about it. */
    public static final class Method {
        private final StubMethod stub;
        private final LiveMethods live;
        private final Attributes attributes;

        private Method(StubMethod stub, LiveMethods live) {
            this.stub = stub;
            this.live = live;
            this.attributes = Attributes.EMPTY.with(METHOD, this);
        }

        /** What calls to it carry when they come to {@link ForwardedCalls#invoke}. */
        public Attributes attributes() {
            return attributes;
        }

        /**
         * What the method's types make impossible, as its caller says, in place of what that said before.
         *
         * @param values what rules for it cannot say
         */
        public void cannotHave(List<ImpossibleValue> values) {
            stub.cannotHave(values);
            live.again(stub);
        }

        /** What its breaker and its rate limit know, for a process that takes this one's place. */
        public GateMemory memory() {
            return stub.gate().memory();
        }

        /** Goes on from what they knew in the process whose place this one takes. */
        public void remember(GateMemory memory) {
            stub.gate().remember(memory);
        }

        @Override
        public String toString() {
            return stub.service() + " " + stub.method();
        }
    }

    private final Moa moa;
    private final Invoker route;
    private final Function<ServiceId, ClusterLink> links;
    private final LiveMethods live;
    private final Supplier<MethodGates> newGates;
    private final Observation observation;
    private final Seat seat;
    private final Map<String, MethodGates> gates = new ConcurrentHashMap<>(); // by the instance of the caller

    /**
     * Calls through the route of a client.
     *
     * @param links the way to a service's cluster, which is begun if need be
     * @param live keeps policies as the rules say
     * @param newGates those of one process
     * @param observation is told of the calls
     * @param seat what this process is to those for whom it calls
     */
    public ForwardedCalls(
            Moa moa,
            Invoker route,
            Function<ServiceId, ClusterLink> links,
            LiveMethods live,
            Supplier<MethodGates> newGates,
            Observation observation,
            Seat seat) {
        this.moa = moa;
        this.route = route;
        this.links = links;
        this.live = live;
        this.newGates = newGates;
        this.observation = observation;
        this.seat = seat;
    }

    /**
     * Takes what a process says of a method, and begins to follow its service if need be.
     *
     * @param caller the process, whose limits count by themselves
     * @param serializer the number of the one in which its bodies are written
     * @param declared without live rules
     * @throws IllegalStateException if the client is closed, or its registry follows no further service; the message says so
     */
    public Method announced(Caller caller, ServiceId service, MethodId method, int serializer, MethodPolicy declared) {
        Serializer json = moa.serializers().require("json"); // no body is read or written with it
        AllowList nothing = AllowList.ofValues();
        BodyCodec unread = json.result(Object.class, nothing);
        StubMethod stub = new StubMethod(
                method,
                declared,
                serializer,
                unread,
                unread,
                ErrorReader.untyped(unread),
                false,
                null,
                links.apply(service),
                null,
                List.of(),
                null,
                gates.computeIfAbsent(caller.instance(), any -> newGates.get())
                        .of(service, method, declared, live::gates),
                observation.of(service, method));
        live.add(stub, caller.application());
        return new Method(stub, live);
    }

    /** The labels of this process, by which rules route the calls. */
    public Map<String, String> labels() {
        return live.book().process().labels();
    }

    /** Forgets what was counted of a process that is gone. */
    public void forget(String instance) {
        gates.remove(instance);
    }

    /** Makes a call that carries the {@linkplain Method#attributes attributes} of a method, with its body as it came. */
    @Override
    public CompletableFuture<Reply> invoke(Invocation asked) {
        Method method = asked.attributes().get(METHOD);
        if (method == null) {
            return CompletableFuture.completedFuture(
                    Backstop.broken(asked, new IllegalArgumentException("nothing was announced of the method")));
        }
        Hop hop = asked.hop();
        if (hop.hopsLeft() <= 0 || hop.governedBy() != Seat.NONE) {
            return CompletableFuture.completedFuture(notPassedOn(asked, hop));
        }
        asked.ledger().enter(Phase.CLIENT_QUEUE, moa.ticker().nanos());
        StubMethod.Governed governed = method.stub.governed();
        return route.invoke(asked.toBuilder()
                .attributes(governed.attributes())
                .hop(new Hop(hop.attempt(), hop.retryOwner() == Seat.NONE ? Seat.NONE : seat, hop.hopsLeft() - 1, seat))
                .build());
    }

    private static Reply notPassedOn(Invocation asked, Hop hop) {
        return Reply.failure(
                Status.UNAVAILABLE,
                Executed.NO,
                asked.service() + " " + asked.method() + " was not passed on: "
                        + (hop.hopsLeft() <= 0
                                ? "it has gone through as many agents as a call may, so they may be passing it in a circle"
                                : "it was governed before (" + hop.governedBy()
                                        + "), and is so once; an agent sent it to another one"));
    }
}
