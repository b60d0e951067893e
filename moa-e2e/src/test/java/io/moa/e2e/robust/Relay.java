package io.moa.e2e.robust;

import io.moa.annotation.MoaService;
import io.moa.annotation.Timeout;
import java.util.concurrent.CompletableFuture;

/** Something that is passed from process to process. */
@MoaService
@Timeout(millis = 60_000)
public interface Relay {

    /** Passes a call on and waits; the last process of the chain keeps it. */
    String pass(String name);

    /** Passes a call on and does not wait. */
    CompletableFuture<String> passLater(String name);
}
