package io.moa.ops;

import java.io.IOException;
import java.util.List;

/** Starts processes of agents, and finds those that are there. */
interface AgentLauncher {

    /**
     * Starts one.
     *
     * @param launch its number
     * @param replace whether it takes the place of the one that is there
     */
    AgentRun start(long launch, String version, boolean replace) throws IOException;

    /** Those of this folder that live, whoever started them, by their numbers. */
    List<AgentRun> living() throws IOException;
}
