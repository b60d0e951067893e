package io.moa.e2e.discovery;

import io.moa.annotation.Idempotent;
import io.moa.annotation.MoaService;
import io.moa.annotation.Timeout;

/** What the providers of these tests do: each call carries an id and is answered with it. */
@MoaService
@Timeout(millis = 30_000)
public interface Till {

    long once(long id);

    @Idempotent
    long again(long id);
}
