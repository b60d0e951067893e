package io.moa;

import io.moa.discovery.OpenedRegistry;
import io.moa.discovery.RegistryProvider;
import java.util.ServiceLoader;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;

/** Finds who opens a registry's address. */
final class RegistryAddress {

    /** Stands above what the code says: an address, or several. */
    static final String PROPERTY = "moa.registry";

    /** The same, if the system property does not say it. */
    static final String VARIABLE = "MOA_REGISTRY";

    private RegistryAddress() {}

    /** What the release configuration says, else this. */
    static String over(
            String code, UnaryOperator<@Nullable String> property, UnaryOperator<@Nullable String> variable) {
        String said = property.apply(PROPERTY);
        if (said == null || said.isBlank()) {
            said = variable.apply(VARIABLE);
        }
        return said == null || said.isBlank() ? code : said.strip();
    }

    /** Whether there are blanks between addresses, or a label in front of one. */
    private static boolean isSeveral(String address) {
        int equal = address.indexOf('=');
        int scheme = address.indexOf("://");
        return address.strip().chars().anyMatch(Character::isWhitespace)
                || (equal >= 0 && (scheme < 0 || equal < scheme));
    }

    /**
     * Opens a registry.
     *
     * @throws IllegalArgumentException if nobody on the class path opens such an address, or the address is wrong
     */
    static OpenedRegistry open(String address, ClassLoader loader) {
        boolean several = isSeveral(address);
        for (RegistryProvider provider : ServiceLoader.load(RegistryProvider.class, loader)) {
            if (several ? provider.opensSeveral() : provider.opens(address)) {
                return provider.open(address);
            }
        }
        if (several) {
            throw new IllegalArgumentException(
                    "Nothing on the class path joins several registries: add the artifact" + " io.moa:moa-registry");
        }
        int scheme = address.indexOf("://");
        // What is behind the scheme may hold a password.
        String kind = scheme < 0
                ? (address.equals("embedded") ? address : "without a scheme")
                : address.substring(0, scheme) + "://";
        throw new IllegalArgumentException("Nothing on the class path opens a registry's address "
                + (scheme < 0 && !address.equals("embedded") ? kind : "like " + kind)
                + ": for redis://host:port and its kin add the artifact io.moa:moa-registry, for moa-lookup://host:port"
                + " io.moa:moa-client, for embedded io.moa:moa-registry-embedded");
    }
}
