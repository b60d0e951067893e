package io.moa.benchmarks.faults;

import io.moa.annotation.MoaService;
import io.moa.annotation.Quota;
import java.util.concurrent.CompletableFuture;

/** What five processes offer, each to a caller of its own, under one quota. */
@MoaService(name = "moa.benchmarks.Shared", serializer = "json")
public interface Shared {

    /** Of all processes together in a second. */
    int QUOTA = 500;

    /** Of each process in a second while the registry is away. */
    int AWAY = 60;

    @Quota(perSecond = QUOTA, away = AWAY)
    CompletableFuture<Integer> take();
}
