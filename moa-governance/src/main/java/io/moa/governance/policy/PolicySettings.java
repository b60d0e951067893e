package io.moa.governance.policy;

import io.moa.discovery.ServiceId;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.function.Function;

/**
 * Values for the methods of one service, from one place such as the code that makes a stub, or from several. A stronger place wins over a
 * weaker one, whatever they name; within a place those for one method win over those for all. Immutable.
 */
public final class PolicySettings {

    /** Names of the release configuration begin so: {@code moa.policy.timeout@shop.Stock#reserve}. */
    public static final String PREFIX = "moa.policy.";

    private static final int NEAR = 2; // so many characters changed are taken for a slip

    /** Nothing is said. */
    public static final PolicySettings NONE = new PolicySettings(List.of());

    /**
     * One value.
     *
     * @param method for which method; empty for all
     */
    record Said<T>(String method, PolicyKey<T> key, T value, Origin origin, String where) {
        /** Whether it is said for all methods: then it is meant for those that can use it. */
        boolean isWide() {
            return method.isEmpty();
        }

        boolean isFor(String called) {
            return method.isEmpty() || method.equals(called);
        }

        MethodPolicy over(MethodPolicy policy) {
            return policy.with(key, new Setting<>(value, origin, where));
        }
    }

    private final List<Said<?>> all; // the weakest place first, and in each place those for all methods first

    private PolicySettings(List<Said<?>> all) {
        this.all = List.copyOf(all);
    }

    /**
     * These and one more, which wins over an earlier one of the same method and key.
     *
     * @param method the name of a method, or empty for all
     * @throws IllegalArgumentException if the value is not possible, or can only be said by an annotation
     */
    public <T> PolicySettings with(String method, PolicyKey<T> key, T value, Origin origin, String where) {
        T checked = key.read(value);
        if (key.isOnlyAnnotated() && origin != Origin.ANNOTATION) {
            throw new IllegalArgumentException(
                    key + ": it can be said only on the interface, where its form is checked;" + " expected there: "
                            + key.example());
        }
        List<Said<?>> more = new ArrayList<>(all);
        more.removeIf(said -> said.method().equals(method) && said.key() == key && said.origin() == origin);
        int place = method.isEmpty()
                ? (int) more.stream().filter(said -> said.method().isEmpty()).count()
                : more.size();
        more.add(place, new Said<>(method, key, checked, origin, where));
        return new PolicySettings(more);
    }

    /** Those that are said for a method or for all, the strongest last. */
    List<Said<?>> of(String method) {
        return all.stream().filter(said -> said.isFor(method)).toList();
    }

    /** What holds for a method when these are said over a policy. */
    public MethodPolicy over(MethodPolicy policy, String method) {
        MethodPolicy over = policy;
        for (Said<?> said : all) {
            if (said.isFor(method)) {
                over = said.over(over);
            }
        }
        return over;
    }

    /**
     * Checks that there are the methods that are named.
     *
     * @param type whose methods they are, for people
     * @param methods the names of its methods
     * @throws IllegalArgumentException if one is not among them
     */
    public void check(String type, Collection<String> methods) {
        for (Said<?> said : all) {
            if (!said.method().isEmpty() && !methods.contains(said.method())) {
                throw new IllegalArgumentException(
                        "The policy " + said.key() + " (" + said.where() + ") is said for the method " + said.method()
                                + ", which " + type + " does not have; it has " + new TreeSet<>(methods));
            }
        }
    }

    /**
     * What one place of the release configuration says of a service: {@code moa.policy.timeout=2s} for all services, {@code
     * moa.policy.timeout@shop.Stock=1s} for one, {@code moa.policy.timeout@shop.Stock#reserve=300ms} for one method of it. Of these the more
     * particular one wins.
     *
     * @param texts all texts of one place, of which those that begin with {@link #PREFIX} are read
     * @param where the place, for people
     * @throws IllegalArgumentException if a text is not possible, or names something that is not in the table; the message names it
     */
    public static PolicySettings ofTexts(Map<String, String> texts, ServiceId service, Function<String, String> where) {
        PolicySettings settings = NONE;
        // In the order of the alphabet "…timeout" comes before "…timeout@shop.Stock" and that before "…#reserve".
        for (Map.Entry<String, String> text : new TreeMap<>(texts).entrySet()) {
            String name = text.getKey();
            if (!name.startsWith(PREFIX)) {
                continue;
            }
            try {
                ReleaseName target = ReleaseName.parse(name.substring(PREFIX.length()));
                if (target.isFor(service)) {
                    settings = settings.withText(target.method(), target.key(), text.getValue(), where.apply(name));
                }
            } catch (IllegalArgumentException e) {
                throw new IllegalArgumentException(where.apply(name) + ": " + e.getMessage());
            }
        }
        return settings;
    }

    private <T> PolicySettings withText(String method, PolicyKey<T> key, String text, String where) {
        if (key.defaultValue() instanceof Map) {
            throw new IllegalArgumentException(
                    key + ": it has names and paths and no text; expected it in StubConfig, in a rule, or "
                            + key.example());
        }
        return with(method, key, key.read(text), Origin.RELEASE, where);
    }

    /**
     * What a release configuration says of services that are not there, as far as one that is there may be meant: by a name of which a
     * character or two differ, or without its group and version. Names that differ in figures alone are taken for two services.
     *
     * @param texts as in {@link #ofTexts}, which has taken them
     * @param service one that is there
     * @return a sentence for each, by the setting's name
     */
    public static Map<String, String> near(
            Map<String, String> texts, ServiceId service, Function<String, String> where) {
        Map<String, String> near = new TreeMap<>();
        String made = service.toString();
        for (String name : texts.keySet()) {
            String named = name.startsWith(PREFIX)
                    ? ReleaseName.parse(name.substring(PREFIX.length())).service()
                    : "";
            if (named.isEmpty() || named.equals(made) || withoutFigures(named).equals(withoutFigures(made))) {
                continue;
            }
            if (named.equals(service.name()) || Nearest.changes(named, made) <= NEAR) {
                near.put(
                        name,
                        where.apply(name) + " says something of the service " + named + " and nothing of " + made
                                + "; is that one meant?");
            }
        }
        return near;
    }

    private static String withoutFigures(String name) {
        return name.replaceAll("[0-9]", "");
    }

    /** All of these, and all of others from a stronger place, which win where both say something, whatever they name. */
    public PolicySettings and(PolicySettings others) {
        List<Said<?>> both = new ArrayList<>(all);
        both.addAll(others.all);
        return new PolicySettings(both);
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof PolicySettings that && all.equals(that.all);
    }

    @Override
    public int hashCode() {
        return all.hashCode();
    }

    @Override
    public String toString() {
        return all.toString();
    }
}
