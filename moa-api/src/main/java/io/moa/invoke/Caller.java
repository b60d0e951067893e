package io.moa.invoke;

/**
 * Who makes a call: the application, and the process of it. Empty texts mean "not said".
 *
 * @param application the name under which the calling application runs
 * @param instance the uuid of the calling process
 */
public record Caller(String application, String instance) {

    /** A caller that did not say who it is. */
    public static final Caller UNKNOWN = new Caller("", "");
}
