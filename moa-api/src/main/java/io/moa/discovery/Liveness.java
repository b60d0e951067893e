package io.moa.discovery;

/** What the watchers say of an instance. Registered is another fact, and so is what an operator has decided. */
public enum Liveness {

    /** On the online list: nothing speaks against it. */
    ONLINE,

    /**
     * Still on the online list, but one vantage point cannot reach it. A client whose own calls succeed does not care; one
     * without experience of its own takes it last.
     */
    SUSPECT,

    /** Off the online list: it cannot be reached, and its lease has lapsed or a second vantage point agrees. */
    OFFLINE;

    /** Whether it is on the online list. */
    public boolean online() {
        return this != OFFLINE;
    }
}
