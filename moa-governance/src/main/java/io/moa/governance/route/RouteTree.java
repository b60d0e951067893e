package io.moa.governance.route;

import io.moa.discovery.ServiceId;
import io.moa.governance.balance.CandidateSet;
import io.moa.governance.rule.Condition;
import io.moa.governance.rule.Fact;
import io.moa.governance.rule.RouteRule;
import io.moa.governance.rule.RouteTable;
import io.moa.governance.rule.RoutedRule;
import io.moa.governance.rule.Where;
import io.moa.invoke.Invocation;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;

/**
 * The routes of one plan. A call meets the rules one after the other; each that matches narrows those to whom it may go, and that is a
 * step from one node to another. Nodes are made when the first call needs them, once, so that a call makes no list and no set.
 *
 * <p><b>Bounds.</b> A tree has at most {@value #MAX_NODES} nodes and tags, with {@value #MAX_MEMBERS} members and ways in all. Beyond
 * that, those who are left are worked out for each call.
 *
 * <p><b>Nobody at all.</b> Without any candidate nothing is narrowed, and nobody is refused for that: the plan knows better why there is
 * nobody.
 *
 * <p>Safe for many threads, none of which waits for another.
 */
public final class RouteTree {

    /** So many nodes, and tags that lead to one, are remembered at most. */
    public static final int MAX_NODES = 4_096;

    /** So many members and ways all nodes have at most: a node of a service of thousands has a picker over thousands. */
    static final long MAX_MEMBERS = 2_000_000;

    private final RouteTable table;
    private final RoutedRule[] rules;
    private final Route.@Nullable Redirected[] redirects; // of those rules that lead calls to other services
    private final Elsewhere elsewhere;
    private final RandomGenerator chance;
    private final Lots lotsOfCalls;
    private final RouteNode nobody;
    private final RouteNode root;
    private final boolean empty;
    private final AtomicInteger nodes = new AtomicInteger();
    private final AtomicLong members = new AtomicLong();

    /** As {@link #RouteTree(RouteTable, CandidateSet, Elsewhere, RandomGenerator)}, where nobody is elsewhere. */
    public RouteTree(RouteTable table, CandidateSet candidates, RandomGenerator chance) {
        this(table, candidates, Elsewhere.NOBODY, chance);
    }

    /**
     * The routes among some candidates.
     *
     * @param table the rules
     * @param candidates among whom
     * @param elsewhere the services to which rules may lead calls
     * @param chance where lots are drawn; must be safe for many threads
     */
    public RouteTree(RouteTable table, CandidateSet candidates, Elsewhere elsewhere, RandomGenerator chance) {
        this.table = table;
        this.rules = table.rules().toArray(new RoutedRule[0]);
        this.redirects = new Route.Redirected[rules.length];
        for (int i = 0; i < rules.length; i++) {
            ServiceId target = rules[i].target();
            redirects[i] = target == null ? null : new Route.Redirected(rules[i], table.service(), target);
        }
        this.elsewhere = elsewhere;
        this.chance = chance;
        this.lotsOfCalls = rule -> chance;
        this.nobody = new RouteNode(this, candidates.where(instance -> false));
        this.root = new RouteNode(this, candidates);
        this.empty = candidates.isEmpty();
    }

    public RouteTable table() {
        return table;
    }

    /** Whether there is nobody at all. */
    public boolean isEmpty() {
        return empty;
    }

    /** These rules, or others, among the same candidates. */
    public RouteTree with(RouteTable others) {
        return with(others, elsewhere);
    }

    /** As {@link #with(RouteTable)}, with other services elsewhere. */
    public RouteTree with(RouteTable others, Elsewhere there) {
        return new RouteTree(others, root.set(), there, chance);
    }

    /** What the rules say of a call. */
    public Route route(Invocation call) {
        return walk(call, lotsOfCalls, null);
    }

    /** As {@link #route(Invocation)}, with lots of one's own. */
    public Route route(Invocation call, Lots lots) {
        return walk(call, lots, null);
    }

    /**
     * The same walk, told. A lot that is drawn for it is not the one that the next call draws.
     *
     * @param lots where lots are drawn
     */
    public RouteExplanation explain(Invocation call, RandomGenerator lots) {
        return explain(call, (Lots) rule -> lots);
    }

    /** As {@link #explain(Invocation, RandomGenerator)}, with lots of one's own. */
    public RouteExplanation explain(Invocation call, Lots lots) {
        RouteTrace trace = new RouteTrace(call);
        Route route = walk(call, lots, trace);
        return new RouteExplanation(trace.steps(), table.leftOut(), route);
    }

    /** As {@link #explain(Invocation, RandomGenerator)}, with lots drawn where those of the calls are. */
    public RouteExplanation explain(Invocation call) {
        return explain(call, chance);
    }

    /** Whether anybody is there whom a call may use, and who can be reached as far as is known. */
    public boolean isServing(Invocation call) {
        return root.set().isServing(call);
    }

    /** How many nodes and tags are remembered, the first node left out. */
    int remembered() {
        return nodes.get();
    }

    RouteNode nobody() {
        return nobody;
    }

    /** Takes room for one more node with so many members, or for a tag. */
    boolean takeRoom(long ofMembers) {
        if (nodes.get() >= MAX_NODES) {
            return false; // without a write, which all calls would share
        }
        if (nodes.incrementAndGet() > MAX_NODES) {
            nodes.decrementAndGet();
            return false;
        }
        if (members.addAndGet(ofMembers) > MAX_MEMBERS) {
            giveBackRoom(ofMembers);
            return false;
        }
        return true;
    }

    void giveBackRoom(long ofMembers) {
        members.addAndGet(-ofMembers);
        nodes.decrementAndGet();
    }

    /** Decides; and tells how, if somebody wants to know. */
    private Route walk(Invocation call, Lots lots, @Nullable RouteTrace trace) {
        RouteNode at = root;
        CandidateSet mirror = null;
        for (int i = 0; i < rules.length; i++) {
            RoutedRule rule = rules[i];
            Condition unmet = rule.idle() == null ? rule.unmet(call) : null;
            if (unmet != null || rule.idle() != null) {
                if (trace != null) {
                    trace.skipped(rule, unmet, at);
                }
                continue;
            }
            RouteRule.Action action = rule.rule().action();
            if (action instanceof RouteRule.Deny deny) {
                if (trace != null) {
                    trace.ended(rule, RouteStep.Outcome.DENIED, deny.reason(), at);
                }
                return new Route.Denied(rule, deny.reason());
            }
            if (action instanceof RouteRule.Answer answer) {
                if (trace != null) {
                    trace.ended(rule, RouteStep.Outcome.ANSWERED, "it is answered without calling anybody", at);
                }
                return new Route.Answered(rule, answer.value());
            }
            Route.Redirected redirect = redirects[i];
            if (redirect != null) {
                Route on = redirected(redirect, call, at, lots, trace);
                if (on != null) {
                    return on;
                }
                continue;
            }
            RouteNode next = empty ? amongNobody(rule, at, trace) : narrowed(rule, at, call, lots, trace);
            if (next == nobody) {
                if (rule.refuses()) {
                    return new Route.Nobody(rule, at.size());
                }
                continue;
            }
            at = next;
            Where copies = rule.mirror();
            if (copies != null && mirror == null && rule.mirrors(lots.of(rule))) {
                mirror = copied(rule, copies, call, trace);
            }
        }
        return mirror == null ? at.route() : new Route.To(at.set(), mirror);
    }

    /** What comes of a rule that matches and leads to another service; null if it does nothing with this call. */
    private @Nullable Route redirected(
            Route.Redirected redirect, Invocation call, RouteNode at, Lots lots, @Nullable RouteTrace trace) {
        RoutedRule rule = redirect.rule();
        Route.Redirected led = call.attributes().get(Route.Redirected.KEY);
        if (led != null) {
            if (trace != null) {
                trace.stayed(rule, "the call was led here by " + led.rule().name() + " already", at);
            }
            return null;
        }
        if (!leads(redirect, call, lots)) {
            if (trace != null) {
                trace.notLed(rule, at);
            }
            return null;
        }
        if (!elsewhere.mayLeadTo(redirect.service())) {
            if (trace != null) {
                trace.notOffered(rule, at);
            }
            return rule.refuses() ? new Route.Nobody(rule, at.size()) : null;
        }
        if (!rule.refuses()
                && !elsewhere.isServing(redirect.service(), call)
                && at.set().isServing(call)) {
            if (trace != null) {
                trace.notServed(rule, at);
            }
            return null;
        }
        if (trace != null) {
            trace.redirected(rule, at);
        }
        return redirect;
    }

    /** A lot is drawn once for a call: what is sent again goes where it was led before, or stays where it stayed. */
    private static boolean leads(Route.Redirected redirect, Invocation call, Lots lots) {
        RoutedRule rule = redirect.rule();
        if (rule.led().isPart() && rule.stickyTo(call) == null) {
            ServiceId before = call.ledger().ledTo();
            if (before != null || call.attributes().get(CandidateSet.TRIED) != null) {
                return redirect.service().equals(before);
            }
        }
        return rule.leads(call, lots.of(rule));
    }

    /**
     * Where a rule leads that matches: to the destination that is chosen, or, if nobody is there, to the next one where somebody is; to
     * nobody if nobody is anywhere. It stays where it is if the call cannot tell which instances are meant.
     *
     * <p>Those who are ejected are as good as away, as long as a call can go anywhere else: to another destination, or to those to whom it
     * could go without this rule. A rule that rather refuses leads to them all the same, as do some that are built in.
     */
    private RouteNode narrowed(RoutedRule rule, RouteNode at, Invocation call, Lots lots, @Nullable RouteTrace trace) {
        int count = rule.destinations();
        int chosen = rule.choose(call, lots.of(rule));
        boolean asked = false;
        int ejected = -1; // the first destination where everybody is
        RouteNode there = at;
        for (int i = 0; i < count; i++) {
            int destination = (chosen + i) % count;
            if (rule.share(destination) == 0) {
                continue;
            }
            RouteNode next = way(at, rule.slot(destination), rule.to(destination), rule.toByTag(destination), call);
            if (next == null) {
                continue;
            }
            asked = true;
            if (next == nobody) {
                continue;
            }
            if (next != at && !next.set().isServing(call)) {
                there = ejected < 0 ? next : there;
                ejected = ejected < 0 ? destination : ejected;
                continue;
            }
            if (trace != null) {
                trace.narrowed(rule, chosen, destination, at, next);
            }
            return next;
        }
        if (ejected >= 0 && (rule.leadsToEjected() || !at.set().isServing(call))) {
            if (trace != null) {
                trace.narrowed(rule, chosen, ejected, at, there);
            }
            return there;
        }
        if (trace != null) {
            trace.nobody(rule, asked, ejected >= 0, at);
        }
        return asked ? nobody : at;
    }

    private static RouteNode amongNobody(RoutedRule rule, RouteNode at, @Nullable RouteTrace trace) {
        if (trace != null) {
            trace.ended(
                    rule,
                    RouteStep.Outcome.PASSED_OVER,
                    "it matches, but there is no candidate that it could leave",
                    at);
        }
        return at;
    }

    /** Copies go to any of the plan's candidates: those for copies are often none to whom calls go. */
    private @Nullable CandidateSet copied(RoutedRule rule, Where where, Invocation call, @Nullable RouteTrace trace) {
        RouteNode there = empty ? null : way(root, rule.mirrorSlot(), where, rule.mirrorByTag(), call);
        CandidateSet set = there == null || there == nobody ? null : there.set();
        if (trace != null) {
            trace.mirrored(rule, set);
        }
        return set;
    }

    /** The way to those whom a destination names; null if it names the call's tag, and there is none. */
    private static @Nullable RouteNode way(RouteNode from, int slot, Where where, boolean byTag, Invocation call) {
        if (!byTag) {
            return from.to(slot, where);
        }
        String tag = Fact.TAG.of(call);
        return tag == null ? null : from.toTag(slot, tag, where);
    }
}
