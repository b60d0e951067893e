package io.moa.benchmarks.mesh;

import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/**
 * An {@link UpgradedAgent} that ends at a step of a hand-over as if it was killed: when its log has said a text for the first time. Arguments: the text,
 * and those of the agent. To be started with {@link #OPTION}, or its log says nothing of steps.
 */
public final class DyingAgent {

    /** Has the steps of hand-overs logged. */
    public static final String OPTION = "-Dorg.slf4j.simpleLogger.log.io.moa.transport.netty.MoveLine=debug";

    private DyingAgent() {}

    /** Prints what is printed, until the text is there. */
    private static final class Ending extends PrintStream {
        private final String text;

        Ending(PrintStream behind, String text) {
            super(behind, true, StandardCharsets.UTF_8);
            this.text = text;
        }

        @Override
        public void println(Object line) {
            println(String.valueOf(line));
        }

        @Override
        public void println(String line) {
            if (line.contains(text)) {
                Runtime.getRuntime().halt(137); // neither hooks nor finally: descriptors are closed, and that is all
            }
            super.println(line);
        }
    }

    /** Runs it. */
    public static void main(String[] args) throws Exception {
        System.setErr(new Ending(System.err, args[0]));
        UpgradedAgent.main(Arrays.copyOfRange(args, 1, args.length));
    }
}
