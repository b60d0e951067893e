package io.moa.governance.overload;

import io.moa.invoke.Criticality;

/** A call that may have to wait. What it says of itself does not change while it waits, but that it is over. */
public interface Waiting {

    /** Among whom room is shared: the application that calls. */
    String caller();

    /** Who goes first, and who is refused first. */
    Criticality criticality();

    /** Whether nobody waits for it any more: its time is up, or it was withdrawn. Once it is so, it stays so. */
    boolean isOver(long nowNanos);

    /** What it is limited with, beside all others. */
    FairQueue.Share share();
}
