package io.moa.governance.policy;

import io.moa.discovery.ServiceId;
import io.moa.internal.Nearest;
import org.jspecify.annotations.Nullable;

/**
 * What a name in the release configuration speaks of, with or without {@link PolicySettings#PREFIX}: {@code timeout}, {@code
 * timeout@shop.Stock}, {@code timeout@shop.Stock#reserve}, {@code timeout@shop.Stock#reserve(java.lang.String,int)}. Immutable.
 *
 * @param key which policy
 * @param service of which service, as {@link ServiceId#toString} writes it; empty for all
 * @param method of which method, for all of the name or with parameter types for one; empty for all
 */
record ReleaseName(PolicyKey<?> key, String service, String method) {

    /** What begins so is nobody else's. */
    static final String OURS = "moa.";

    private static final String FORM = "expected policy, policy@service or policy@service#method, such as"
            + " timeout@shop.Stock#reserve or timeout@shop.Stock#reserve(java.lang.String,int), where a service is"
            + " [group/]name[:version]";

    /** Whether a name, which may be anything, is to be read as one: it begins with the prefix, or is a policy's without it. */
    static boolean isMeant(String name) {
        return name.startsWith(PolicySettings.PREFIX) || PolicyKey.named(policy(name)) != null;
    }

    private static String policy(String name) {
        int at = name.indexOf('@');
        return at < 0 ? name : name.substring(0, at);
    }

    /** With which name one that begins with {@link #OURS} would be read: the last part of it may be a policy's. Null if none is near. */
    static @Nullable String nearest(String name) {
        String said = policy(name);
        String last = said.substring(said.lastIndexOf('.') + 1);
        String nearest =
                Nearest.of(last, PolicyKey.all().stream().map(PolicyKey::name).toList());
        return nearest == null ? null : PolicySettings.PREFIX + nearest + name.substring(said.length());
    }

    /**
     * Reads a name.
     *
     * @param said with or without the prefix
     * @throws IllegalArgumentException if there is no such policy, or the name has another form
     */
    static ReleaseName parse(String said) {
        String name = said.startsWith(PolicySettings.PREFIX) ? said.substring(PolicySettings.PREFIX.length()) : said;
        int at = name.indexOf('@');
        String policy = policy(name);
        PolicyKey<?> key = PolicyKey.named(policy);
        if (key == null) {
            throw new IllegalArgumentException("there is no policy \"" + policy + "\"; "
                    + (policy.indexOf('#') < 0 ? "expected one of " + PolicyKey.all() : FORM));
        }
        if (at < 0) {
            return new ReleaseName(key, "", "");
        }
        String target = name.substring(at + 1);
        int hash = target.indexOf('#');
        String service = hash < 0 ? target : target.substring(0, hash);
        String method = hash < 0 ? "" : target.substring(hash + 1);
        if (!isService(service) || (hash >= 0 && !isMethod(method))) {
            throw new IllegalArgumentException(
                    "\"" + name + "\" names no " + (isService(service) ? "method" : "service") + "; " + FORM);
        }
        return new ReleaseName(key, service, method);
    }

    private static boolean isService(String text) {
        try {
            return text.indexOf('@') < 0 && ServiceId.parse(text).toString().equals(text);
        } catch (IllegalArgumentException none) {
            return false;
        }
    }

    private static boolean isMethod(String text) {
        int open = text.indexOf('(');
        String name = open < 0 ? text : text.substring(0, open);
        String types = open < 0 ? "()" : text.substring(open);
        return !name.isEmpty()
                && name.chars().allMatch(Character::isJavaIdentifierPart)
                && types.endsWith(")")
                && types.substring(1, types.length() - 1)
                        .chars()
                        .allMatch(letter -> Character.isJavaIdentifierPart(letter) || ".,[] ".indexOf(letter) >= 0);
    }

    /** Whether it speaks of a service, or of all. */
    boolean isFor(ServiceId asked) {
        return service.isEmpty() || service.equals(asked.toString());
    }
}
