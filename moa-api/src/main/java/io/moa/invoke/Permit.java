package io.moa.invoke;

/**
 * The right of one call to go on, given by a {@link Gate} and ended exactly once, by exactly one of three endings. A gate
 * learns from the endings; a second ending does nothing.
 */
public non-sealed interface Permit extends Admission {

    /** The ways a permit ends. */
    enum End {
        /** The call succeeded, or failed in a way that speaks for the instance, such as a business exception. */
        SUCCESS,
        /** The call failed in a way that the gate should count. */
        FAILURE,
        /** The call never went on: a later gate refused, or it was withdrawn. Nothing is learned. */
        NOT_USED
    }

    /** Ends the permit. Called from any thread. */
    void end(End how);

    /** A permit of a gate that counts nothing. */
    Permit FREE = how -> {};
}
