package io.moa.e2e.robust;

import io.moa.annotation.Idempotent;
import io.moa.annotation.MoaService;
import io.moa.annotation.Timeout;

/** What the providers of these tests do. Each call carries an id and is answered with it. */
@MoaService
@Timeout(millis = 60_000)
public interface Work {

    long once(long id);

    /** Does not return before the provider's gate is open. */
    long held(long id);

    @Idempotent
    long heldAgain(long id);

    /** Takes a body along. */
    long carry(long id, byte[] body);

    /** How many bytes came. */
    int weigh(byte[] body);

    byte[] make(int size);

    /** Which provider answers. */
    @Idempotent
    String who();
}
