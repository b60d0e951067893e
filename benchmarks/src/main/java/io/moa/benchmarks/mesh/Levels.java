package io.moa.benchmarks.mesh;

import io.moa.annotation.MoaService;
import io.moa.annotation.Timeout;
import java.util.concurrent.CompletableFuture;

/** Three services, each of which calls the next one. */
public final class Levels {

    private Levels() {}

    /** What each of them does. */
    public interface Level {

        /** Answers at once, with what it was given. */
        CompletableFuture<byte[]> echo(byte[] body);

        /** Works for a moment, calls the next level if there is one, and answers with what it was given. */
        CompletableFuture<byte[]> work(byte[] body);
    }

    /** The first. */
    @MoaService(name = "levels.Front")
    @Timeout(millis = 10_000)
    public interface Front extends Level {}

    /** The second. */
    @MoaService(name = "levels.Middle")
    @Timeout(millis = 10_000)
    public interface Middle extends Level {}

    /** The last. */
    @MoaService(name = "levels.Back")
    @Timeout(millis = 10_000)
    public interface Back extends Level {}
}
