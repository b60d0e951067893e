package io.moa.e2e.mesh;

import io.moa.cli.MoaCommand;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/**
 * The command line, of which the process ends when its log says a text for the first time: neither hooks nor anything else runs, descriptors are closed, and
 * that is all. Arguments: the text, and those of the command.
 */
final class DyingCommand {

    /** As of a process that is killed. */
    static final int CODE = 137;

    /** Has the steps of hand-overs logged. */
    static final String OPTION = "-Dorg.slf4j.simpleLogger.log.io.moa.transport.netty.MoveLine=debug";

    private DyingCommand() {}

    private static final class Ending extends PrintStream {
        private final String text;

        Ending(PrintStream behind, String text) {
            super(behind, true, StandardCharsets.UTF_8);
            this.text = text;
        }

        @Override
        public void println(String line) {
            if (line.contains(text)) {
                Runtime.getRuntime().halt(CODE);
            }
            if (!line.contains("hand-over: ")) {
                super.println(line);
            }
        }
    }

    public static void main(String[] args) {
        System.setErr(new Ending(System.err, args[0]));
        MoaCommand.main(Arrays.copyOfRange(args, 1, args.length));
    }
}
