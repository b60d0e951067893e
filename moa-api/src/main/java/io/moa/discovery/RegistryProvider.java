package io.moa.discovery;

/**
 * Opens registries by their addresses, so that an application can name its registry in its configuration. Found by {@link
 * java.util.ServiceLoader} when a runtime is built with an address; see {@code Moa.builder(...).registry(String)}.
 *
 * <p>Implementations need a public constructor without arguments, keep no state, and are safe for many threads.
 */
public interface RegistryProvider {

    /** Whether this is an address of the kind that this provider opens; a wrong address of its kind is one, too. */
    boolean opens(String address);

    /**
     * Whether it joins several registries, whose addresses stand in one text, separated by blanks and each perhaps with a
     * label in front. Default false.
     */
    default boolean opensSeveral() {
        return false;
    }

    /**
     * Opens a registry. Does not wait for the store behind it.
     *
     * @throws IllegalArgumentException if the address is wrong; the message says what is expected and shows no password
     * @throws IllegalStateException if something that it needs cannot be started
     */
    OpenedRegistry open(String address);
}
