package io.moa.governance.policy;

import io.moa.annotation.EnforcedAt;
import java.lang.reflect.Method;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * What is said of one method by annotations, code and the release configuration, worked out and checked when a stub or an export is made.
 *
 * <p>What is said for all methods of an interface or a service is meant for those that can use it: where it contradicts what else is said of
 * a method, or could have no effect there, it is left out. What is said of the one method itself must be possible there. Immutable.
 *
 * @param policy what holds until a live rule says more
 * @param leftOut what is said for all methods and not meant for this one
 * @param idle what has no effect because the release configuration says so: an operator's word is no mistake of the code, but told
 */
public record DeclaredPolicy(MethodPolicy policy, List<LeftOut> leftOut, List<String> idle) {

    /**
     * A value that a method cannot use.
     *
     * @param key whose
     * @param source where it is said, for people
     * @param released whether it, or what speaks against it, is said by the release configuration
     */
    public record LeftOut(PolicyKey<?> key, String source, boolean released) {
        @Override
        public String toString() {
            return key + " (" + source + ")";
        }
    }

    public DeclaredPolicy {
        leftOut = List.copyOf(leftOut);
        idle = List.copyOf(idle);
    }

    /** Values in the order in which they are said, and what is still wrong with them when those are left out that may be. */
    private record Settled(
            MethodPolicy policy, List<PolicySettings.Said<?>> said, List<LeftOut> leftOut, List<PolicyConflict> wrong) {

        static Settled of(List<PolicySettings.Said<?>> all, Function<MethodPolicy, List<PolicyConflict>> wrongWith) {
            List<PolicySettings.Said<?>> said = new ArrayList<>(all);
            List<LeftOut> leftOut = new ArrayList<>();
            while (true) {
                MethodPolicy policy = MethodPolicy.DEFAULT;
                for (PolicySettings.Said<?> each : said) {
                    policy = each.over(policy);
                }
                List<PolicyConflict> wrong = wrongWith.apply(policy);
                PolicySettings.Said<?> out = null;
                for (int i = 0; i < wrong.size() && out == null; i++) {
                    PolicySettings.Said<?> winner =
                            winner(said, wrong.get(i).keys().get(0));
                    if (winner != null && winner.isWide()) {
                        out = winner;
                        leftOut.add(new LeftOut(
                                out.key(),
                                out.origin().label() + ": " + out.where(),
                                isReleased(policy, wrong.get(i))));
                    }
                }
                if (out == null) {
                    return new Settled(policy, said, leftOut, wrong);
                }
                said.remove(out);
            }
        }

        private static PolicySettings.@Nullable Said<?> winner(List<PolicySettings.Said<?>> said, PolicyKey<?> key) {
            PolicySettings.Said<?> winner = null;
            for (PolicySettings.Said<?> each : said) {
                boolean stronger = winner == null || each.origin().overrides(winner.origin());
                winner = each.key() == key && stronger ? each : winner;
            }
            return winner;
        }
    }

    /**
     * For calls of a method.
     *
     * @param service the interface
     * @param settings what code and the release configuration say
     * @throws IllegalArgumentException if that contradicts itself or the method's form, or if the interface or the code says of this method
     *     what could have no effect
     */
    public static DeclaredPolicy ofStub(Class<?> service, Method method, PolicySettings settings) {
        List<PolicySettings.Said<?>> all = new ArrayList<>(AnnotatedPolicy.settings(service, method));
        all.addAll(settings.of(method.getName()));
        Settled settled = Settled.of(all, policy -> {
            List<PolicyConflict> wrong = new ArrayList<>(contradictions(policy, method));
            wrong.addAll(PolicyConflict.elsewhere(policy, EnforcedAt.CALLER));
            wrong.addAll(PolicyConflict.idle(policy));
            return wrong;
        });
        MethodPolicy policy = settled.policy();
        List<PolicyConflict> contradictions = contradictions(policy, method);
        List<String> idle = new ArrayList<>();
        for (PolicyConflict each : settled.wrong()) {
            if (contradictions.contains(each)) {
                throw new IllegalArgumentException(
                        name(service, method) + " cannot be called so: " + each + saidBy(policy, each));
            }
            String told = name(service, method) + " says what can have no effect: " + each + saidBy(policy, each);
            if (!isReleased(policy, each)) {
                throw new IllegalArgumentException(told);
            }
            idle.add(told);
        }
        return new DeclaredPolicy(policy, settled.leftOut(), idle);
    }

    /**
     * For serving a method. What callers are to enforce is checked as far as annotations say it: the rest is the callers' own.
     *
     * @param service the interface
     * @param settings what code and the release configuration say
     * @throws IllegalArgumentException if annotations contradict one another or the method's form, or if the code says of this method what
     *     callers are to enforce
     */
    public static DeclaredPolicy ofExport(Class<?> service, Method method, PolicySettings settings) {
        Settled annotated =
                Settled.of(AnnotatedPolicy.settings(service, method), policy -> contradictions(policy, method));
        List<PolicySettings.Said<?>> all = new ArrayList<>(annotated.said());
        all.addAll(settings.of(method.getName()));
        Settled settled = Settled.of(all, policy -> PolicyConflict.elsewhere(policy, EnforcedAt.PROVIDER));
        for (Settled each : List.of(annotated, settled)) {
            if (!each.wrong().isEmpty()) {
                PolicyConflict first = each.wrong().get(0);
                throw new IllegalArgumentException(
                        name(service, method) + " cannot be served so: " + first + saidBy(each.policy(), first));
            }
        }
        return new DeclaredPolicy(settled.policy(), settled.leftOut(), List.of());
    }

    /**
     * Checks that what is said for all methods is of use to one of them.
     *
     * @param service for people
     * @param methods all methods of a service
     * @return what is of use to nobody because of the release configuration, for people: an operator's word is no mistake of the code
     * @throws IllegalArgumentException if the interface or the code says for all methods what none of them can use
     */
    public static List<String> unused(String service, List<DeclaredPolicy> methods) {
        Set<LeftOut> nobodys = new LinkedHashSet<>(
                methods.isEmpty() ? List.of() : methods.get(0).leftOut());
        methods.forEach(each -> nobodys.retainAll(each.leftOut()));
        List<String> told = new ArrayList<>();
        for (LeftOut each : nobodys) {
            String text = each + " has no effect: what is said for all methods holds for those that can use it, and no"
                    + " method of " + service + " can. Expected it on a method that can, or not at all";
            if (!each.released()) {
                throw new IllegalArgumentException(text);
            }
            told.add(text);
        }
        return told;
    }

    private static boolean isReleased(MethodPolicy policy, PolicyConflict conflict) {
        return conflict.keys().stream().anyMatch(key -> policy.get(key).origin() == Origin.RELEASE);
    }

    private static List<PolicyConflict> contradictions(MethodPolicy policy, Method method) {
        List<PolicyConflict> all = new ArrayList<>(PolicyConflict.withForm(policy, method));
        all.addAll(policy.conflicts());
        return all;
    }

    private static String name(Class<?> service, Method method) {
        return service.getSimpleName() + "." + method.getName();
    }

    private static String saidBy(MethodPolicy policy, PolicyConflict conflict) {
        return conflict.keys().stream()
                .map(key -> key + ": " + policy.get(key).source())
                .collect(Collectors.joining("; ", ". Said by ", ""));
    }
}
