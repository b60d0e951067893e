package io.moa.e2e.lifecycle;

import io.moa.annotation.Idempotent;
import io.moa.annotation.MoaService;
import io.moa.annotation.Timeout;

/** A service whose calls are counted: each carries an id and is answered with it. */
@MoaService
@Timeout(millis = 60_000)
public interface Ledgered {

    long once(long id);

    @Idempotent
    long again(long id);

    /** Which process answers. */
    @Idempotent
    String who();

    /** Does not return before it is let go. */
    long held(long id);
}
