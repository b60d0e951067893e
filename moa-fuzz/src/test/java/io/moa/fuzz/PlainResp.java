package io.moa.fuzz;

import io.moa.protocol.resp.RespLimits;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Pattern;

/** A second opinion on a whole stream of RESP: slow, without buffers, and written from what the protocol says. */
final class PlainResp {

    private static final Pattern NUMBER = Pattern.compile("-?(0|[1-9][0-9]*)");
    private static final int LONGEST_LINE = 11;

    /** Says that the stream ends before what was begun in it. */
    private static final class Unfinished extends Exception {
        private static final long serialVersionUID = 1L;
    }

    /** Says that the stream is none of RESP, or over a limit. */
    private static final class Broken extends Exception {
        private static final long serialVersionUID = 1L;
    }

    private final String stream;
    private final RespLimits known;
    private RespLimits limits;
    private int at;
    private boolean broken;
    private final List<List<String>> commands = new ArrayList<>();

    /**
     * Reads a stream until it ends, breaks, or says {@code QUIT}.
     *
     * @param stranger the limits before {@code AUTH}
     * @param known the limits after it
     */
    PlainResp(byte[] stream, RespLimits stranger, RespLimits known) {
        this.stream = new String(stream, StandardCharsets.ISO_8859_1);
        this.limits = stranger;
        this.known = known;
        try {
            while (at < this.stream.length()) {
                List<String> command = command();
                if (!command.isEmpty()) {
                    commands.add(command);
                    if (command.get(0).equals("QUIT")) {
                        return;
                    }
                    if (command.get(0).equals("AUTH")) {
                        limits = this.known;
                    }
                }
            }
        } catch (Unfinished e) {
            // what would have followed is not known
        } catch (Broken e) {
            broken = true;
        }
    }

    /** All commands, each a list of arguments in ISO 8859-1. */
    List<List<String>> commands() {
        return commands;
    }

    /** Whether what follows the commands is no RESP. */
    boolean isBroken() {
        return broken;
    }

    private List<String> command() throws Unfinished, Broken {
        int start = at;
        int count = number('*', -1);
        require(count <= limits.maxArguments());
        List<String> arguments = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            int length = number('$', 0);
            require(length <= limits.maxBulkBytes());
            require((long) at - start + length + 2 <= limits.maxCommandBytes());
            if (stream.length() - at < length + 2) {
                throw new Unfinished();
            }
            require(stream.startsWith("\r\n", at + length));
            arguments.add(stream.substring(at, at + length));
            at += length + 2;
        }
        return arguments;
    }

    private int number(char type, int least) throws Unfinished, Broken {
        if (at == stream.length()) {
            throw new Unfinished();
        }
        require(stream.charAt(at) == type);
        int end = stream.indexOf('\r', at + 1);
        require((end < 0 ? stream.length() : end) - at - 1 <= LONGEST_LINE);
        if (end < 0 || end + 1 == stream.length()) {
            throw new Unfinished();
        }
        String digits = stream.substring(at + 1, end);
        require(stream.charAt(end + 1) == '\n' && NUMBER.matcher(digits).matches());
        long number = Long.parseLong(digits);
        require(number >= least && number <= Integer.MAX_VALUE);
        at = end + 2;
        return (int) number;
    }

    private static void require(boolean fine) throws Broken {
        if (!fine) {
            throw new Broken();
        }
    }
}
