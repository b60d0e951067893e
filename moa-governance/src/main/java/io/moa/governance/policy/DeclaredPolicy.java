package io.moa.governance.policy;

import io.moa.annotation.EnforcedAt;
import io.moa.invoke.MethodId;
import java.lang.reflect.Method;
import java.lang.reflect.Modifier;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * What is said of one method by annotations, code and the release configuration, worked out and checked when a stub or an export is made.
 *
 * <p>A mistake is what contradicts itself, or can have no effect, at one place, or beside a weaker one: who said it could know. What a stronger
 * place makes useless is no mistake: a consumer refines an interface, and an operator both. What is said for all methods, or for all of one
 * name, is meant for those that can use it: a mistake if none can. Immutable.
 */
public final class DeclaredPolicy {

    private final Set<String> names; // with parameter types; two if the compiler added the method
    private final Settled settled;
    private final List<String> idle;

    private DeclaredPolicy(Set<String> names, Settled settled, List<String> idle) {
        this.names = names;
        this.settled = settled;
        this.idle = List.copyOf(idle);
    }

    /** What holds until a live rule says more. */
    public MethodPolicy policy() {
        return settled.policy();
    }

    /** What the release configuration says of this method without effect, for people: an operator's word is no mistake of the code, but told. */
    public List<String> idle() {
        return idle;
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
        Set<String> names = names(method);
        Settled settled = new Settled.Settling(said(service, method, names, settings), isOverloaded(service, method))
                .settle(policy -> contradictions(policy, method), policy -> {
                    List<PolicyConflict> all = new ArrayList<>(PolicyConflict.elsewhere(policy, EnforcedAt.CALLER));
                    all.addAll(PolicyConflict.idle(policy));
                    return all;
                });
        MethodPolicy policy = settled.policy();
        refuse(name(service, method) + " cannot be called so: ", policy, settled.impossible());
        List<String> idle = new ArrayList<>();
        for (PolicyConflict each : settled.idle()) {
            String told = name(service, method) + " says what can have no effect: " + each + saidBy(policy, each);
            if (policy.get(each.keys().get(0)).origin() != Origin.RELEASE) {
                throw new IllegalArgumentException(told);
            }
            idle.add(told);
        }
        return new DeclaredPolicy(names, settled, idle);
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
        Set<String> names = names(method);
        boolean overloaded = isOverloaded(service, method);
        List<PolicySettings.Said<?>> all = new ArrayList<>(said(service, method, names, settings));
        Settled annotated = new Settled.Settling(
                        all.stream()
                                .filter(each -> each.origin() == Origin.ANNOTATION)
                                .toList(),
                        overloaded)
                .settle(policy -> contradictions(policy, method), policy -> List.of());
        all.removeIf(
                each -> each.origin() == Origin.ANNOTATION && !annotated.said().contains(each));
        Settled settled = new Settled.Settling(all, overloaded)
                .settle(policy -> List.of(), policy -> PolicyConflict.elsewhere(policy, EnforcedAt.PROVIDER));
        String refused = name(service, method) + " cannot be served so: ";
        refuse(refused, annotated.policy(), annotated.impossible());
        refuse(refused, settled.policy(), settled.idle());
        return new DeclaredPolicy(names, settled, List.of());
    }

    private static void refuse(String what, MethodPolicy policy, List<PolicyConflict> mistakes) {
        if (!mistakes.isEmpty()) {
            throw new IllegalArgumentException(what + mistakes.get(0) + saidBy(policy, mistakes.get(0)));
        }
    }

    /**
     * Checks that what is said for several methods is of use to one of them.
     *
     * @param service for people
     * @param methods all methods of a service
     * @return what is of use to nobody and is said by the release configuration, for people: an operator's word is no mistake of the code
     * @throws IllegalArgumentException if the interface or the code says for several methods what none of them can use, or if the release
     *     configuration says for those of one name what none of them can be called with
     */
    public static List<String> unused(String service, List<DeclaredPolicy> methods) {
        Set<PolicySettings.Said<?>> all = new LinkedHashSet<>();
        methods.forEach(each -> each.settled.leftOut().forEach(out -> all.add(out.said())));
        List<String> told = new ArrayList<>();
        for (PolicySettings.Said<?> each : all) {
            List<DeclaredPolicy> meant = methods.stream()
                    .filter(method -> method.names.stream().anyMatch(each::isFor))
                    .toList();
            if (!meant.stream().allMatch(method -> method.leavesOut(each))) {
                continue;
            }
            String text = each.key() + " (" + each.origin().label() + ": " + each.where() + ") has no effect: "
                    + (each.isWide()
                            ? "what is said for all methods holds for those that can use it, and no method of "
                                    + service + " can: " + distinctReasons(meant, each)
                                    + ". Expected it on a method that can, or not at all"
                            : "what is said by a name alone holds for the methods of that name that can use it, and in "
                                    + service + " none can: " + reasons(meant, each));
            boolean impossible = meant.stream()
                    .flatMap(method -> method.settled.leftOut().stream())
                    .anyMatch(out -> out.said().equals(each) && out.isImpossible());
            if (each.origin() != Origin.RELEASE || (impossible && !each.isWide())) {
                throw new IllegalArgumentException(text);
            }
            told.add(text);
        }
        return told;
    }

    private boolean leavesOut(PolicySettings.Said<?> said) {
        return settled.leftOut().stream().anyMatch(out -> out.said().equals(said));
    }

    /** Each reason once, with one of the methods whose it is: an interface may have many, and mostly all have the same. */
    private static String distinctReasons(List<DeclaredPolicy> methods, PolicySettings.Said<?> said) {
        Map<String, List<String>> whose = new LinkedHashMap<>();
        for (DeclaredPolicy method : methods) {
            method.settled.leftOut().stream()
                    .filter(out -> out.said().equals(said))
                    .forEach(out -> whose.computeIfAbsent("" + out.why(), why -> new ArrayList<>())
                            .add(method.names.iterator().next()));
        }
        return whose.entrySet().stream()
                .map(each -> each.getValue().get(0)
                        + (each.getValue().size() == 1
                                ? ""
                                : " and " + (each.getValue().size() - 1) + " more")
                        + ": " + each.getKey())
                .collect(Collectors.joining("; "));
    }

    private static String reasons(List<DeclaredPolicy> methods, PolicySettings.Said<?> said) {
        return methods.stream()
                .flatMap(method -> method.settled.leftOut().stream()
                        .filter(out -> out.said().equals(said))
                        .map(out -> method.names.iterator().next() + ": " + out.why()))
                .distinct()
                .collect(Collectors.joining("; "));
    }

    private static List<PolicySettings.Said<?>> said(
            Class<?> service, Method method, Set<String> names, PolicySettings settings) {
        return PolicySettings.annotated(AnnotatedPolicy.settings(service, method))
                .and(settings)
                .of(names);
    }

    /** What settings may call a method: a bridge, which the compiler added, is meant when the method is named to which it leads. */
    private static Set<String> names(Method method) {
        Set<String> names = new LinkedHashSet<>();
        for (Method each : List.of(Declarations.bridged(method), method)) {
            names.add(MethodId.of(each.getName(), each.getParameterTypes()).toString());
        }
        return names;
    }

    private static boolean isOverloaded(Class<?> service, Method method) {
        return Arrays.stream(service.getMethods())
                        .filter(each -> each.getName().equals(method.getName())
                                && !each.isBridge()
                                && !Modifier.isStatic(each.getModifiers()))
                        .map(each -> List.of(each.getParameterTypes()))
                        .distinct()
                        .count()
                > 1;
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
