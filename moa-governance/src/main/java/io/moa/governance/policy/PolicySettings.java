package io.moa.governance.policy;

import io.moa.discovery.ServiceId;
import io.moa.internal.Nearest;
import io.moa.invoke.MethodId;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * Values for the methods of one service, from one place such as the code that makes a stub, or from several. A stronger place wins over a
 * weaker one, whatever they name; within a place those for one method win over those for all of its name, and these over those for all
 * methods. Immutable.
 */
public final class PolicySettings {

    /** Names of the release configuration begin so: {@code moa.policy.timeout@shop.Stock#reserve}. */
    public static final String PREFIX = "moa.policy.";

    /** Settings that are read from the same places, by whoever leads calls through agents, begin so. */
    private static final String MESH = "moa.mesh";

    private static final int NEAR = 2; // so many characters changed are taken for a slip

    /** Nothing is said. */
    public static final PolicySettings NONE = new PolicySettings(List.of());

    /**
     * One value.
     *
     * @param method for which method: empty for all, a name for all of that name, a name with parameter types for one
     * @param place which of the places that are joined says it; the strongest has the highest number, and interfaces the lowest, whether
     *     they say anything or not
     * @param owner the interface that says it; null if none does
     */
    record Said<T>(
            String method,
            PolicyKey<T> key,
            T value,
            Origin origin,
            String where,
            int place,
            @Nullable Class<?> owner) {

        static final int INTERFACE = -1;

        /** Whether it is said for all methods. */
        boolean isWide() {
            return method.isEmpty();
        }

        /** Whether it is said for one method, overloads told apart. */
        boolean isForOne() {
            return method.indexOf('(') >= 0;
        }

        boolean isFor(String called) {
            return method.isEmpty() || method.equals(called) || method.equals(nameOf(called));
        }

        /** Whether its author could not know another value that was said with this one in mind: that is said at a stronger place. */
        boolean overrules(Said<?> other) {
            return place > other.place
                    || (owner != null
                            && other.owner != null
                            && owner != other.owner
                            && other.owner.isAssignableFrom(owner));
        }

        MethodPolicy over(MethodPolicy policy) {
            return policy.with(key, new Setting<>(value, origin, where));
        }

        private Said<T> at(int later) {
            return new Said<>(method, key, value, origin, where, later, owner);
        }
    }

    private final List<Said<?>> all; // the weakest place first, and in each place those for all methods first

    private PolicySettings(List<Said<?>> all) {
        this.all = List.copyOf(all);
    }

    /** What annotations say of a method: one place. */
    static PolicySettings annotated(List<Said<?>> all) {
        return new PolicySettings(all);
    }

    private static String nameOf(String method) {
        int open = method.indexOf('(');
        return open < 0 ? method : method.substring(0, open);
    }

    /**
     * These and one more, which wins over an earlier one of the same method and key.
     *
     * @param method the name of a method, for all of that name that can use it; a name with parameter types, such as {@code
     *     reserve(java.lang.String,int)}, for that one; or empty for all that can use it
     * @throws IllegalArgumentException if the value is not possible, or can only be said by an annotation
     */
    public <T> PolicySettings with(String method, PolicyKey<T> key, T value, Origin origin, String where) {
        T checked = key.read(value);
        if (key.isOnlyAnnotated() && origin != Origin.ANNOTATION) {
            throw new IllegalArgumentException(
                    key + ": it can be said only on the interface, where its form is checked;" + " expected there: "
                            + key.example());
        }
        String meant = method.indexOf('(') < 0 ? method : MethodId.parse(method).toString();
        Said<T> next = new Said<>(meant, key, checked, origin, where, 0, null);
        List<Said<?>> more = new ArrayList<>(all);
        more.removeIf(said -> said.method().equals(meant) && said.key() == key && said.origin() == origin);
        int place = 0;
        while (place < more.size() && particularity(more.get(place)) <= particularity(next)) {
            place++;
        }
        more.add(place, next);
        return new PolicySettings(more);
    }

    private static int particularity(Said<?> said) {
        return said.isWide() ? 0 : said.isForOne() ? 2 : 1;
    }

    /**
     * Those that are said for a method or for all, the strongest last.
     *
     * @param called what the method is called, with its parameter types: one that the compiler added has two such names
     */
    List<Said<?>> of(Collection<String> called) {
        return all.stream()
                .filter(said -> called.stream().anyMatch(said::isFor))
                .toList();
    }

    /**
     * What holds for a method when these are said over a policy.
     *
     * @param method its name; with its parameter types, if what is said for it alone is to hold, too
     */
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
     * @param methods its methods
     * @throws IllegalArgumentException if one is not among them
     */
    public void check(String type, Collection<MethodId> methods) {
        for (Said<?> said : all) {
            if (methods.stream().noneMatch(method -> said.isFor(method.toString())) && !said.isWide()) {
                TreeSet<String> there = new TreeSet<>();
                methods.forEach(method -> there.add(said.isForOne() ? method.toString() : method.name()));
                throw new IllegalArgumentException(
                        "The policy " + said.key() + " (" + said.where() + ") is said for the method " + said.method()
                                + ", which " + type + " does not have; it has " + there);
            }
        }
    }

    /**
     * What one place of the release configuration says of a service: {@code moa.policy.timeout=2s} for all services, {@code
     * moa.policy.timeout@shop.Stock=1s} for one, {@code moa.policy.timeout@shop.Stock#reserve=300ms} for its methods of one name, {@code
     * moa.policy.timeout@shop.Stock#reserve(java.lang.String,int)=300ms} for one of these. Of these the more particular one wins.
     *
     * <p>Where a place has more than such names, as a file may, a name that is a policy's means the same without {@code moa.policy.}.
     *
     * @param texts all texts of one place, of which those that begin with {@link #PREFIX}, or with a policy's name, are read
     * @param where the place, for people
     * @throws IllegalArgumentException if a text is not possible, names something that is not in the table, or speaks of the same as
     *     another one; the message names it
     */
    public static PolicySettings ofTexts(Map<String, String> texts, ServiceId service, Function<String, String> where) {
        PolicySettings settings = NONE;
        Map<ReleaseName, String> read = new HashMap<>();
        // In the order of the alphabet "…timeout" comes before "…timeout@shop.Stock" and that before "…#reserve".
        for (Map.Entry<String, String> text : new TreeMap<>(texts).entrySet()) {
            String name = text.getKey();
            if (!ReleaseName.isMeant(name)) {
                continue;
            }
            try {
                ReleaseName target = ReleaseName.parse(name);
                String same = read.put(target, name);
                if (same != null) {
                    throw new IllegalArgumentException(
                            "it says the same as " + same + ", which stands there too; leave one of them out");
                }
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
     * character or two differ, or without its group and version. Names that differ in figures alone are taken for two services; and a
     * configuration that names the one that is there knows how it is written, and means another one.
     *
     * @param texts as in {@link #ofTexts}, which has taken them
     * @param service one that is there
     * @param known which are known to be there, so that a setting for one of them is meant for it
     * @return a sentence for each, by the setting's name
     */
    public static Map<String, String> near(
            Map<String, String> texts, ServiceId service, Collection<ServiceId> known, Function<String, String> where) {
        Map<String, String> named = new TreeMap<>();
        for (String name : texts.keySet()) {
            if (ReleaseName.isMeant(name)) {
                named.put(name, ReleaseName.parse(name).service());
            }
        }
        String made = service.toString();
        if (named.containsValue(made)) {
            return Map.of();
        }
        known.forEach(each -> named.values().removeIf(each.toString()::equals));
        Map<String, String> near = new TreeMap<>();
        named.forEach((name, other) -> {
            boolean similar = Nearest.changes(other, made) <= NEAR
                    && !withoutFigures(other).equals(withoutFigures(made));
            if (!other.isEmpty() && (other.equals(service.name()) || similar)) {
                near.put(
                        name,
                        where.apply(name) + " says something of the service " + other + " and nothing of " + made
                                + "; is that one meant?");
            }
        });
        return near;
    }

    /**
     * What stands in a release configuration as if MOA read it, and nobody does: names that begin with {@code moa.} and not with {@link
     * #PREFIX}.
     *
     * @param texts as in {@link #ofTexts}
     * @return a sentence for each, by the setting's name
     */
    public static Map<String, String> unread(Map<String, String> texts, Function<String, String> where) {
        Map<String, String> unread = new TreeMap<>();
        for (String name : texts.keySet()) {
            if (name.startsWith(ReleaseName.OURS) && !name.startsWith(PREFIX) && !name.startsWith(MESH)) {
                String nearest = ReleaseName.nearest(name);
                unread.put(
                        name,
                        where.apply(name) + " has no effect: only policies are read from there, by names such as "
                                + PREFIX + "timeout@shop.Stock; "
                                + (nearest == null
                                        ? "other settings are system properties or variables of the environment"
                                        : "did you mean " + nearest + "?"));
            }
        }
        return unread;
    }

    /**
     * Checks a place where nothing but policies stands: there everything is read, so each name has to be one's, and each value possible, whichever
     * services they speak of.
     *
     * @param texts with or without {@link #PREFIX}
     * @throws IllegalArgumentException if one is not, or speaks of the same as another; the message names it
     */
    public static void requireRead(Map<String, String> texts, Function<String, String> where) {
        Map<ReleaseName, String> read = new HashMap<>();
        new TreeMap<>(texts).forEach((name, value) -> {
            try {
                ReleaseName target = ReleaseName.parse(name);
                String same = read.put(target, name);
                if (same != null) {
                    throw new IllegalArgumentException("it says the same as " + same + "; leave one of them out");
                }
                NONE.withText(target.method(), target.key(), value, name);
            } catch (IllegalArgumentException e) {
                String nearest = name.startsWith(PREFIX) ? null : ReleaseName.nearest(name);
                throw new IllegalArgumentException(where.apply(name) + ": " + e.getMessage()
                        + (ReleaseName.isMeant(name) || nearest == null
                                ? ""
                                : "; did you mean " + nearest.substring(PREFIX.length()) + "?"));
            }
        });
    }

    private static String withoutFigures(String name) {
        return name.replaceAll("[0-9]", "");
    }

    /** All of these, and all of others from a stronger place, which win where both say something, whatever they name. */
    public PolicySettings and(PolicySettings others) {
        int later = all.stream().mapToInt(said -> said.place() + 1).max().orElse(0);
        List<Said<?>> both = new ArrayList<>(all);
        others.all.forEach(said -> both.add(said.at(later + said.place())));
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
