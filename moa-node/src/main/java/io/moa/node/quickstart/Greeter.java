package io.moa.node.quickstart;

import io.moa.annotation.CallKey;
import io.moa.annotation.Idempotent;
import io.moa.annotation.MoaService;
import io.moa.annotation.OneWay;
import io.moa.annotation.Timeout;
import java.util.concurrent.CompletableFuture;

/** The service of the quickstart. */
@MoaService(name = Greeter.NAME)
@Timeout(millis = 10_000)
public interface Greeter {

    /** What the service is called, by whoever has not got this interface. */
    String NAME = "moa.quickstart.Greeter";

    /** Greets at once. */
    Greeting greet(@CallKey("name") String name);

    /** Greets when it is ready; nobody waits. */
    CompletableFuture<Greeting> greetLater(String name);

    /** Looks a greeting up, which takes 2 ms and may be done twice. */
    @Idempotent
    Greeting find(String name);

    /**
     * Thinks before it greets.
     *
     * @param millis how long; 0 to 10,000
     */
    Greeting ponder(String name, int millis);

    /** Remembers something, without a reply. */
    @OneWay
    void note(String text);

    /**
     * A greeting.
     *
     * @param text what is said
     * @param by the instance that says it
     */
    record Greeting(String text, String by) {}
}
