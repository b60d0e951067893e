package io.moa.client.cluster;

import io.moa.discovery.Instance;
import io.moa.discovery.ServiceId;
import io.moa.governance.balance.CandidateSet;
import io.moa.governance.observe.ObservedMethod;
import io.moa.governance.overload.OverloadThrottle;
import io.moa.governance.plan.Plan;
import io.moa.governance.policy.MethodPolicy;
import io.moa.governance.route.Route;
import io.moa.invoke.Attributes;
import io.moa.invoke.Backstop;
import io.moa.invoke.Cancellation;
import io.moa.invoke.Executed;
import io.moa.invoke.Hints;
import io.moa.invoke.Invocation;
import io.moa.invoke.Invoker;
import io.moa.invoke.Lease;
import io.moa.invoke.Ledger;
import io.moa.invoke.Phase;
import io.moa.invoke.Reply;
import io.moa.invoke.Status;
import io.moa.invoke.Ticker;
import io.moa.observe.AttemptKind;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.function.BiConsumer;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The end of the client's route in this process: reads the service's plan, asks its rules where the call may go, goes on with the plan of
 * another service if one of them leads there, picks an instance, hands the attempt to its endpoint, and settles the lease when the attempt
 * has ended.
 */
public final class ClusterInvoker implements Invoker {

    /** Under this key stand calls that are of use only at an instance that they have not tried: with nobody else they fail, unsent. */
    public static final Attributes.Key<Boolean> ONLY_ELSEWHERE = new Attributes.Key<>("only elsewhere");

    private static final Logger LOG = LoggerFactory.getLogger(ClusterInvoker.class);

    static final Hints NEVER_RETRY = new Hints(0, true, Hints.UNKNOWN_LOAD);

    private final Clusters clusters;
    private final Endpoints endpoints;
    private final Ticker ticker;
    private final FirstAnswer firstAnswer;
    private final SilentAttempts silentAttempts;
    private final DirectAnswer directAnswer;
    private final OverloadThrottle throttle;
    private final boolean observed;

    /** An end of the route of calls that nobody observes. */
    public ClusterInvoker(
            Clusters clusters,
            Endpoints endpoints,
            Ticker ticker,
            FirstAnswer firstAnswer,
            SilentAttempts silentAttempts,
            DirectAnswer directAnswer,
            OverloadThrottle throttle) {
        this(clusters, endpoints, ticker, firstAnswer, silentAttempts, directAnswer, throttle, false);
    }

    /**
     * An end of the route.
     *
     * @param firstAnswer what calls wait for while no registry has told of their service
     * @param silentAttempts what becomes of calls that wait for a server that says nothing
     * @param directAnswer makes the replies of calls that a rule answers
     * @param throttle is told which attempts servers refuse for lack of room
     * @param observed whether somebody may want to be told of attempts
     */
    public ClusterInvoker(
            Clusters clusters,
            Endpoints endpoints,
            Ticker ticker,
            FirstAnswer firstAnswer,
            SilentAttempts silentAttempts,
            DirectAnswer directAnswer,
            OverloadThrottle throttle,
            boolean observed) {
        this.throttle = throttle;
        this.observed = observed;
        this.directAnswer = directAnswer;
        this.firstAnswer = firstAnswer;
        this.silentAttempts = silentAttempts;
        this.clusters = clusters;
        this.endpoints = endpoints;
        this.ticker = ticker;
    }

    /** The failure of a call for which there is no instance. */
    static Reply.Failure none(Invocation call, Plan plan) {
        return Reply.failure(
                Status.UNAVAILABLE,
                Executed.NO,
                "No instance for " + call.service() + " " + call.method() + ": " + plan.whyNone(call));
    }

    @Override
    public CompletableFuture<Reply> invoke(Invocation call) {
        if (endpoints.isClosed()) {
            return CompletableFuture.completedFuture(Reply.failure(
                            Status.UNAVAILABLE,
                            Executed.NO,
                            "The client is closed; the call to " + call.service() + " " + call.method()
                                    + " was not sent")
                    .withHints(NEVER_RETRY));
        }
        call.ledger().enter(Phase.PICK, ticker.nanos());
        ClusterLink link = call.attributes().get(ClusterLink.KEY);
        Cluster cluster;
        try {
            // A call that no stub prepared has no link; one that a rule led here has that of the service it came from.
            cluster = link == null || LedCall.isLed(call) ? clusters.of(call.service()) : link.cluster();
        } catch (IllegalStateException full) {
            return ended(call, notLookedFor(call, call.service(), full));
        }
        return invoke(call, cluster, cluster.plan());
    }

    /**
     * The reply of a call that a rule answers; null if none does. For calls that somebody else routes and cannot answer.
     *
     * @param call of a method of a stub
     */
    public @Nullable Reply answeredByRule(Invocation call) {
        ClusterLink link = call.attributes().get(ClusterLink.KEY);
        try {
            return link != null && link.cluster().plan().route(call) instanceof Route.Answered answered
                    ? directAnswer.answer(call, answered)
                    : null;
        } catch (IllegalStateException full) {
            return null; // nothing is known of the service
        }
    }

    private static Reply notLookedFor(Invocation call, ServiceId service, IllegalStateException full) {
        return Reply.failure(
                        Status.UNAVAILABLE,
                        Executed.NO,
                        "No instance for " + service + " " + call.method() + " can be looked for: " + full.getMessage())
                .withHints(NEVER_RETRY)
                .withCause(full);
    }

    private static CompletableFuture<Reply> ended(Invocation attempt, Reply reply) {
        return CompletableFuture.completedFuture(LedCall.told(attempt, reply));
    }

    private CompletableFuture<Reply> invoke(Invocation call, Cluster cluster, Plan plan) {
        Route route = plan.route(call);
        if (!(route instanceof Route.To to)) {
            if (cluster.isEmpty()) {
                cluster.used(); // else it would be let go of, and with it what its rules say
            }
            return route instanceof Route.Redirected led ? lead(call, led) : ended(call, unrouted(call, route));
        }
        ServiceId before = call.ledger().ledTo();
        if (before != null && !before.equals(call.service())) {
            call.ledger().ledTo(null); // it waited, and nobody was there
        }
        MethodPolicy policy = call.attributes().get(MethodPolicy.KEY);
        boolean fanned = FanOut.wanted(policy);
        if (policy != null && fanned) {
            CompletableFuture<Reply> all =
                    FanOut.begin(call, policy, to.candidates(), ticker.nanos(), this::sendBeside);
            if (all != null) {
                return all;
            }
        }
        Lease lease = fanned ? null : to.candidates().pick(call);
        if (lease == null) {
            cluster.used();
            boolean unanswered = !cluster.isAnswered();
            if (cluster.isRetired()) { // asked last: who is let go of counts as answered
                return invoke(call);
            }
            return unanswered ? firstAnswer.await(call, cluster, this) : ended(call, none(call, plan));
        }
        return Mirror.wanted(call, to) ? sendWithCopy(call, lease, to.mirror()) : send(call, lease);
    }

    /**
     * Goes on at another service. While nothing is known of it the call waits, and then asks the rules anew: if nobody turns out to be
     * there, or all have left since the rule was asked, it is the rule that says what happens.
     */
    private CompletableFuture<Reply> lead(Invocation call, Route.Redirected led) {
        Cluster there;
        try {
            there = clusters.of(led.service());
        } catch (IllegalStateException full) {
            return ended(call, notLookedFor(call, led.service(), full));
        }
        call.ledger().ledTo(led.service()); // remembered by what is sent again, and by what waits
        boolean answered = there.isAnswered();
        Plan plan = there.plan(); // and no later one, which may have nobody
        if (!plan.candidates().isEmpty()) {
            return invoke(LedCall.of(call, led, there), there, plan);
        }
        return answered ? invoke(call) : firstAnswer.await(call, there, this);
    }

    private CompletableFuture<Reply> sendWithCopy(Invocation call, Lease lease, @Nullable CandidateSet mirror) {
        Invocation copy;
        try {
            copy = Mirror.copyOf(call, ticker.nanos());
        } catch (RuntimeException e) { // such as for a payload that was given up
            lease.settle(Backstop.broken(call, e), ticker.nanos());
            throw e;
        }
        try {
            return send(call, lease);
        } finally {
            mirror(copy, mirror);
        }
    }

    private Reply unrouted(Invocation call, Route route) {
        if (route instanceof Route.Denied denied) {
            return Unrouted.denied(call, denied);
        }
        return route instanceof Route.Nobody nobody
                ? Unrouted.nobody(call, nobody)
                : directAnswer.answer(call, (Route.Answered) route);
    }

    /** Sends a copy, which must not harm the call. */
    private void mirror(Invocation copy, @Nullable CandidateSet among) {
        CompletableFuture<Reply> reply;
        try {
            Lease lease = among == null ? null : among.pick(copy);
            if (lease == null) {
                Mirror.end(copy, null);
                return;
            }
            reply = sendBeside(copy, lease);
        } catch (RuntimeException | Error e) {
            LOG.debug("a copy of {} could not be sent", copy, e);
            Mirror.end(copy, null);
            return;
        }
        reply.whenComplete((ended, broken) -> Mirror.end(copy, ended));
    }

    private CompletableFuture<Reply> send(Invocation call, Lease lease) {
        return send(call, lease, call.hop().attempt() == 0);
    }

    /** Sends a copy, or one attempt of several at once: that it is refused does not mean that its call is. */
    private CompletableFuture<Reply> sendBeside(Invocation call, Lease lease) {
        return send(call, lease, false);
    }

    private CompletableFuture<Reply> send(Invocation call, Lease lease, boolean isFirst) {
        call.ledger().sentTo(lease.instance().uuid());
        long now = ticker.nanos();
        if (call.deadline().expired(now)) {
            Reply late = call.timedOut(Executed.NO, now, "it was never sent");
            lease.settle(late, now);
            return ended(call, late);
        }
        if (call.hop().attempt() > 0 && isTriedAgain(call, lease)) {
            Reply nobody = Reply.failure(
                    Status.UNAVAILABLE,
                    Executed.NO,
                    "No other instance for " + call.service() + " " + call.method() + " than those that were tried");
            lease.settle(Reply.failure(Status.CANCELLED, Executed.NO, "nobody was called"), now);
            return ended(call, nobody);
        }
        ObservedMethod method = observed ? call.attributes().get(ObservedMethod.KEY) : null;
        Sent sent =
                method == null ? new Sent(call, lease, isFirst) : new ObservedSent(call, lease, isFirst, method, now);
        call.ledger().onSilence(sent);
        CompletableFuture<Reply> reply;
        try {
            reply = endpoints.of(lease.instance()).invoke(call);
        } catch (RuntimeException | Error e) { // else the balancer would count it as in flight for ever
            lease.settle(Backstop.broken(call, e), ticker.nanos());
            throw e;
        }
        reply.whenComplete(sent);
        return sent;
    }

    private static boolean isTriedAgain(Invocation call, Lease lease) {
        Set<String> tried = call.attributes().get(CandidateSet.TRIED);
        return tried != null
                && tried.contains(lease.instance().uuid())
                && call.attributes().get(ONLY_ELSEWHERE) != null;
    }

    /** One object for all that has to be known of an attempt: its end settles the lease, whoever waits for the reply by then. */
    private class Sent extends Attempt
            implements BiConsumer<@Nullable Reply, @Nullable Throwable>, Ledger.SilenceListener {
        private final Invocation call;
        private final Lease lease;
        private final boolean isFirst; // attempt of a call

        Sent(Invocation call, Lease lease, boolean isFirst) {
            this.isFirst = isFirst;
            this.call = call;
            this.lease = lease;
        }

        @Override
        public void accept(@Nullable Reply value, @Nullable Throwable thrown) {
            Reply reply = value != null
                    ? value
                    : Backstop.broken(call, thrown == null ? new NullPointerException("no reply") : thrown);
            long now = ticker.nanos();
            lease.settle(reply, now);
            if (isFirst
                    && reply instanceof Reply.Failure failure
                    && failure.status() == Status.OVERLOADED
                    && call.ledger().current() != Phase.CONNECT_WAIT) { // there it is this client that has no room
                throttle.refused(call);
            }
            settled(reply, now);
            end(LedCall.told(call, reply));
        }

        /** Between the lease's end and the reply's way up. */
        void settled(Reply reply, long nowNanos) {}

        @Override
        public void silent(Cancellation.Listener withdraw) {
            silentAttempts.silent(call, this, withdraw, ClusterInvoker.this);
        }
    }

    /** One whose method somebody observes. */
    private final class ObservedSent extends Sent {
        private final Invocation attempt;
        private final Instance instance;
        private final ObservedMethod method;
        private final long sentNanos;

        ObservedSent(Invocation attempt, Lease lease, boolean isFirst, ObservedMethod method, long nowNanos) {
            super(attempt, lease, isFirst);
            this.attempt = attempt;
            this.instance = lease.instance();
            this.method = method;
            this.sentNanos = nowNanos;
        }

        @Override
        void settled(Reply reply, long nowNanos) {
            method.attempted(attempt, instance, kindOf(attempt), reply, nowNanos - sentNanos);
        }
    }

    private static AttemptKind kindOf(Invocation attempt) {
        boolean again = attempt.attributes().get(CandidateSet.TRIED) != null;
        if (attempt.attributes().get(ONLY_ELSEWHERE) != null) {
            return again ? AttemptKind.HEDGE : AttemptKind.COPY;
        }
        if (again) {
            return AttemptKind.RETRY;
        }
        return FanOut.wanted(attempt.attributes().get(MethodPolicy.KEY)) ? AttemptKind.FORK : AttemptKind.FIRST;
    }
}
