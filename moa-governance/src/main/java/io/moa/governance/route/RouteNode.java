package io.moa.governance.route;

import io.moa.discovery.Instance;
import io.moa.governance.balance.Candidate;
import io.moa.governance.balance.CandidateSet;
import io.moa.governance.rule.Where;
import java.util.List;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicReferenceArray;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * Those who are left after some rules, and the ways on from there, one for each destination of each further rule. A way that would lose
 * nobody leads back here, and one that would lose everybody to the tree's node of nobody, so most ways make no new node. Safe for many
 * threads: ways are only added.
 */
final class RouteNode {

    /** What stands in the place of one destination. */
    private sealed interface Way permits Straight, ByTag {}

    private record Straight(RouteNode to) implements Way {}

    /** Of a destination whose instances depend on the tag of the call. */
    private record ByTag(ConcurrentHashMap<String, RouteNode> to) implements Way {}

    private final RouteTree tree;
    private final Route.To route;
    private final AtomicReferenceArray<@Nullable Way> ways;

    RouteNode(RouteTree tree, CandidateSet set) {
        this.tree = tree;
        this.route = new Route.To(set, null);
        this.ways = new AtomicReferenceArray<>(tree.table().slots());
    }

    /** What follows for a call that ends here. */
    Route.To route() {
        return route;
    }

    CandidateSet set() {
        return route.candidates();
    }

    int size() {
        return set().candidates().size();
    }

    /**
     * Those of these who are at a destination.
     *
     * @param slot of the destination
     * @param where whom it names
     */
    RouteNode to(int slot, Where where) {
        if (ways.get(slot) instanceof Straight known) {
            return known.to();
        }
        RouteNode grown = grow(where);
        boolean fresh = grown != this && grown != tree.nobody();
        long room = fresh ? roomOf(grown) : 0;
        if (fresh && !tree.takeRoom(room)) {
            return grown;
        }
        if (ways.compareAndSet(slot, null, new Straight(grown))) {
            return grown;
        }
        if (fresh) {
            tree.giveBackRoom(room);
        }
        return ways.get(slot) instanceof Straight first ? first.to() : grown;
    }

    /**
     * As {@link #to}, of a destination that names the tag of the call.
     *
     * @param tag which comes from outside: each that is remembered takes room, also one that leads nowhere
     */
    RouteNode toTag(int slot, String tag, Where where) {
        Way known = ways.get(slot);
        if (known instanceof ByTag byTag) {
            RouteNode there = byTag.to().get(tag);
            if (there != null) {
                return there;
            }
        }
        RouteNode grown = grow(where.forTag(tag));
        long room = grown != this && grown != tree.nobody() ? roomOf(grown) : 0;
        if (!tree.takeRoom(room)) {
            return grown;
        }
        if (known == null) {
            ways.compareAndSet(slot, null, new ByTag(new ConcurrentHashMap<>(4)));
        }
        RouteNode first = ways.get(slot) instanceof ByTag byTag ? byTag.to().putIfAbsent(tag, grown) : grown;
        if (first == null) {
            return grown;
        }
        tree.giveBackRoom(room);
        return first;
    }

    private RouteNode grow(Predicate<Instance> where) {
        List<Candidate> all = set().candidates();
        int left = 0;
        for (Candidate each : all) {
            left += where.test(each.instance()) ? 1 : 0;
        }
        if (left == 0) {
            return tree.nobody();
        }
        return left == all.size() ? this : new RouteNode(tree, set().where(where));
    }

    private long roomOf(RouteNode grown) {
        return (long) grown.size() + ways.length();
    }
}
