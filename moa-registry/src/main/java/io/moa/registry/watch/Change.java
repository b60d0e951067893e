package io.moa.registry.watch;

/** What a watcher changes about an instance. */
public enum Change {

    /** Marks it SUSPECT: it stays on the online list, and is chosen last by who knows no better. */
    SUSPECT,

    /** Marks it OFFLINE: it leaves the online list. */
    REMOVE,

    /** Takes the mark away. */
    REINSTATE,

    /** Takes its record away, after it has been OFFLINE for long, or said goodbye and is gone. */
    FORGET
}
