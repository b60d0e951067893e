package io.moa.annotation;

/** How much it matters that an instance runs in the caller's own zone. */
public enum ZoneChoice {
    /** Not at all: the default. */
    ANY,
    /** The own zone is called while enough of it is well; what it cannot take goes to the others. */
    PREFER,
    /** Only the own zone is called: for what must not leave a place. If nobody is there the call fails. */
    REQUIRE
}
