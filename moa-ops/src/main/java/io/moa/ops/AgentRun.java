package io.moa.ops;

import java.time.Instant;
import org.jspecify.annotations.Nullable;

/** A process of an agent, whoever has started it. */
interface AgentRun {

    /** Its number among those of this folder: a later one is higher. */
    long launch();

    String version();

    long pid();

    Instant since();

    boolean isAlive();

    /** What it said last; null if it has not said anything yet, or has gone. */
    @Nullable
    AgentReport report();

    /** How it ended, for people. */
    String ending();

    /** Asks it to end, as SIGTERM does. */
    void end();

    /** Ends it at once. */
    void kill();
}
