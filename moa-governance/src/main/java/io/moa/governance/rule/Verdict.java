package io.moa.governance.rule;

/**
 * What a matcher says of a value. There are three answers, so that a call that lacks what a rule asks for matches neither the
 * condition nor its opposite.
 */
public enum Verdict {
    YES,
    NO,
    /** There is no value, or none that could be compared. A condition that is answered so does not match. */
    UNKNOWN;

    Verdict opposite() {
        return switch (this) {
            case YES -> NO;
            case NO -> YES;
            case UNKNOWN -> UNKNOWN;
        };
    }

    static Verdict of(boolean yes) {
        return yes ? YES : NO;
    }
}
