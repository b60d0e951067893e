package io.moa.lookup;

/** Whether an answer of a lookup can be used. */
public enum LookupState {

    /** It says what the registry said last; see the age. */
    KNOWN,

    /** No registry has answered this lookup yet: it knows nothing, which is not the same as "there is none". Ask another. */
    UNKNOWN,

    /** It has as many followers as it takes. Ask another, or later. */
    FULL,

    /** It is closing. Ask another. */
    LEAVING
}
