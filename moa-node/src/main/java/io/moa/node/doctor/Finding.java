package io.moa.node.doctor;

/**
 * What was found about one thing. Immutable.
 *
 * @param level how bad it is
 * @param subject what was looked at, in a word or two
 * @param what what was found
 * @param why why that matters; empty if all is well
 * @param todo what to do about it; empty if all is well
 */
public record Finding(Level level, String subject, String what, String why, String todo) {

    /** How bad something is; the order counts. */
    public enum Level {
        /** Nothing to do. */
        OK,
        /** It works, and will not when something else happens. */
        WARN,
        /** It does not work. */
        FAIL
    }

    /** All is well. */
    public static Finding ok(String subject, String what) {
        return new Finding(Level.OK, subject, what, "", "");
    }

    /** It will go wrong one day. */
    public static Finding warn(String subject, String what, String why, String todo) {
        return new Finding(Level.WARN, subject, what, why, todo);
    }

    /** It is wrong. */
    public static Finding fail(String subject, String what, String why, String todo) {
        return new Finding(Level.FAIL, subject, what, why, todo);
    }
}
