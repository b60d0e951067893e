package io.moa.e2e.hostile;

import io.moa.annotation.MoaService;
import io.moa.annotation.NonBlocking;
import io.moa.annotation.Timeout;

/** Gives back what it gets, each byte turned round; so neither side can mistake a request for its answer. */
@MoaService
@NonBlocking
@Timeout(millis = 60_000)
public interface Mirror {
    byte[] turned(byte[] body);
}
