package io.moa.benchmarks.resp;

import io.moa.annotation.MoaService;
import io.moa.annotation.NonBlocking;

/** What the measured server offers: a text comes back. */
@MoaService(name = Echo.NAME)
public interface Echo {

    String NAME = "bench.Echo";

    /** On the event loop. */
    @NonBlocking
    String direct(String text);

    /** On one of the server's workers. */
    String worker(String text);
}
