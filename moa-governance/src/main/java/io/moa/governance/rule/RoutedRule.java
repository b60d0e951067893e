package io.moa.governance.rule;

import io.moa.discovery.ServiceId;
import io.moa.invoke.Invocation;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;

/**
 * A route rule made ready for one service in one process: what it needs to know of both is filled in, so that a call is matched without
 * looking anything up. Asking it allocates nothing. Immutable, safe for many threads.
 */
public final class RoutedRule {

    private static final Percent NONE = new Percent(0);

    private final RouteRule rule;
    private final String version;
    private final int firstSlot;
    private final Condition[] conditions; // those for callers first
    private final RouteRule.@Nullable Narrow narrow;
    private final RouteRule.@Nullable Redirect redirect;
    private final @Nullable Fact sticky;
    private final Where[] to;
    private final boolean[] toByTag;
    private final int[] upTo; // the shares, added up; of one that names nobody here the share is 0
    private final @Nullable Where mirror;
    private final boolean mirrorByTag;
    private final long seed;
    private final @Nullable String idle;

    RoutedRule(RouteRule rule, String version, int firstSlot, ServiceId service, LocalProcess process) {
        this.rule = rule;
        this.version = version;
        this.firstSlot = firstSlot;
        this.conditions = Condition.all(rule.callers(), rule.when());
        this.narrow = rule.action() instanceof RouteRule.Narrow action ? action : null;
        this.redirect = rule.action() instanceof RouteRule.Redirect action ? action : null;
        this.sticky = rule.action().sticky();
        this.seed = StableHash.seed(rule.id(), "share");
        int count = narrow == null ? 0 : narrow.to().size();
        this.to = new Where[count];
        this.toByTag = new boolean[count];
        this.upTo = new int[count];
        String lacking = null;
        int sum = 0;
        for (int i = 0; narrow != null && i < count; i++) {
            RouteRule.Destination destination = narrow.to().get(i);
            String lacks = destination.where().lacking(process);
            lacking = lacks == null ? lacking : lacks;
            sum += lacks == null ? destination.share() : 0;
            to[i] = destination.where().forCaller(process);
            toByTag[i] = to[i].usesTag();
            upTo[i] = sum;
        }
        if (narrow != null && sum == 0) {
            this.idle = "this process has no label " + lacking + " to compare with";
        } else {
            this.idle = redirect != null && redirect.service().equals(service)
                    ? "it leads calls to " + service + ", where this one is"
                    : null;
        }
        RouteRule.Mirror copies = narrow == null ? null : narrow.mirror();
        this.mirror = copies == null || copies.where().lacking(process) != null
                ? null
                : copies.where().forCaller(process);
        this.mirrorByTag = mirror != null && mirror.usesTag();
    }

    /** What was read. */
    public RouteRule rule() {
        return rule;
    }

    /** Of which version it is, for people, such as {@code revision 17}; empty for a built-in rule. */
    public String version() {
        return version;
    }

    /** Why it does nothing for this service in this process, for people; null if it does something. */
    public @Nullable String idle() {
        return idle;
    }

    /** The first condition that a call does not fulfil; null if it fulfils all. */
    public @Nullable Condition unmet(Invocation call) {
        return Condition.firstUnmet(conditions, call);
    }

    /** How many destinations it has. */
    public int destinations() {
        return to.length;
    }

    /** Whom a destination names. */
    public Where to(int destination) {
        return to[destination];
    }

    /** Whether whom a destination names depends on the call's tag. */
    public boolean toByTag(int destination) {
        return toByTag[destination];
    }

    /** What part of the calls a destination gets, of {@link #shares()}; 0 for one that names nobody in this process. */
    public int share(int destination) {
        return upTo[destination] - (destination == 0 ? 0 : upTo[destination - 1]);
    }

    /** All shares. */
    public int shares() {
        return upTo[upTo.length - 1];
    }

    /** By whose value is chosen what becomes of a call; null if by lot, as for calls that do not have it. */
    public @Nullable Fact stickyTo(Invocation call) {
        return sticky == null || sticky.of(call) == null ? null : sticky;
    }

    /** The service to which it leads calls; null if it leads them to none. */
    public @Nullable ServiceId target() {
        return redirect == null ? null : redirect.service();
    }

    /** How many of the calls that it matches it leads to another service; none if it is for something else. */
    public Percent led() {
        return redirect == null ? NONE : redirect.percent();
    }

    /** Whether a call is one of those that are led to another service. */
    public boolean leads(Invocation call, RandomGenerator chance) {
        String value = sticky == null ? null : sticky.of(call);
        return value == null ? led().drawn(chance) : led().has(seed, value);
    }

    /** The destination of a call. */
    public int choose(Invocation call, RandomGenerator chance) {
        if (to.length == 1) {
            return 0;
        }
        String value = sticky == null ? null : sticky.of(call);
        int point = value == null ? chance.nextInt(shares()) : StableHash.place(seed, value, shares());
        int chosen = 0;
        while (upTo[chosen] <= point) {
            chosen++;
        }
        return chosen;
    }

    /** Whether a call is refused for which nobody is left. */
    public boolean refuses() {
        return rule.action().refuse();
    }

    /** Whether calls go to those whom it names also when all of them are ejected. */
    public boolean leadsToEjected() {
        return refuses() || BuiltInRoutes.STRICT.contains(rule.id());
    }

    /** Where copies go; null for nowhere. */
    public @Nullable Where mirror() {
        return mirror;
    }

    /** Whether a lot says that a call is copied; only if there is a mirror. */
    public boolean mirrors(RandomGenerator chance) {
        RouteRule.Mirror copies = narrow == null ? null : narrow.mirror();
        return copies != null && copies.percent().drawn(chance);
    }

    /** Whether where copies go depends on the call's tag. */
    public boolean mirrorByTag() {
        return mirrorByTag;
    }

    /** The number of a destination among all destinations and mirrors of a table. */
    public int slot(int destination) {
        return firstSlot + destination;
    }

    /** The number of the mirror. */
    public int mirrorSlot() {
        return firstSlot + to.length;
    }

    /** Its name in sentences. */
    public String name() {
        return version.isEmpty() ? "rule " + rule.id() : "rule " + rule.id() + ", " + version;
    }

    @Override
    public String toString() {
        return name();
    }
}
