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
 * Values for the methods of one service, from one place such as the code that makes a stub. Those for one method win over those for all.
 * Immutable.
 */
public final class PolicySettings {

    /** Names of the release configuration begin so: {@code moa.policy.timeout@shop.Stock#reserve}. */
    public static final String PREFIX = "moa.policy.";

    /** Nothing is said. */
    public static final PolicySettings NONE = new PolicySettings(List.of());

    private record Said<T>(String method, PolicyKey<T> key, T value, Origin origin, String where) {
        boolean isFor(String called) {
            return method.isEmpty() || method.equals(called);
        }

        MethodPolicy over(MethodPolicy policy) {
            return policy.with(key, new Setting<>(value, origin, where));
        }
    }

    private final List<Said<?>> all; // those for all methods first

    private PolicySettings(List<Said<?>> all) {
        this.all = List.copyOf(all);
    }

    /**
     * These and one more, which wins over an earlier one of the same method and key.
     *
     * @param method the name of a method, or empty for all
     * @throws IllegalArgumentException if the value is not possible
     */
    public <T> PolicySettings with(String method, PolicyKey<T> key, T value, Origin origin, String where) {
        T checked = key.read(key.type().plain(value));
        List<Said<?>> more = new ArrayList<>(all);
        more.removeIf(said -> said.method().equals(method) && said.key() == key && said.origin() == origin);
        int place = method.isEmpty()
                ? (int) more.stream().filter(said -> said.method().isEmpty()).count()
                : more.size();
        more.add(place, new Said<>(method, key, checked, origin, where));
        return new PolicySettings(more);
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
     * What a release configuration says of a service: {@code moa.policy.timeout=2s} for all services, {@code
     * moa.policy.timeout@shop.Stock=1s} for one, {@code moa.policy.timeout@shop.Stock#reserve=300ms} for one method of it. The more
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
            int at = name.indexOf('@');
            String key = name.substring(PREFIX.length(), at < 0 ? name.length() : at);
            String target = at < 0 ? "" : name.substring(at + 1);
            int hash = target.indexOf('#');
            String whose = hash < 0 ? target : target.substring(0, hash);
            PolicyKey<?> known = PolicyKey.named(key);
            if (known == null) {
                throw new IllegalArgumentException(where.apply(name) + " names the policy " + key
                        + ", which there is not; expected one of " + PolicyKey.all());
            }
            if (whose.isEmpty() || whose.equals(service.toString())) {
                String method = hash < 0 ? "" : target.substring(hash + 1);
                try {
                    settings = settings.withText(method, known, text.getValue(), where.apply(name));
                } catch (IllegalArgumentException e) {
                    throw new IllegalArgumentException(where.apply(name) + ": " + e.getMessage());
                }
            }
        }
        return settings;
    }

    private <T> PolicySettings withText(String method, PolicyKey<T> key, String text, String where) {
        return with(method, key, key.read(text), Origin.RELEASE, where);
    }

    /** All of these, and all of others, which win where both say something. */
    public PolicySettings and(PolicySettings others) {
        PolicySettings both = this;
        for (Said<?> said : others.all) {
            both = both.plus(said);
        }
        return both;
    }

    private <T> PolicySettings plus(Said<T> said) {
        return with(said.method(), said.key(), said.value(), said.origin(), said.where());
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
