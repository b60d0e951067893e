package io.moa.fuzz;

import com.code_intelligence.jazzer.junit.FuzzTest;
import io.moa.protocol.resp.RespCommand;
import io.moa.protocol.resp.RespException;
import io.moa.protocol.resp.RespLimits;
import io.moa.protocol.resp.RespReader;
import io.moa.protocol.resp.RespSink;
import io.moa.protocol.resp.RespWriter;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * Bytes become commands of RESP: those that a second opinion finds, however the bytes are cut into pieces, within the promised memory, and
 * without any end but a {@link RespException}, whose message stays one line of an answer. After two bytes that choose the cuts, an input is a
 * stream; {@code AUTH} in it changes the limits, {@code QUIT} ends it.
 */
class RespFuzzTest {

    /** Small, so that a short input reaches every limit. */
    private static final RespLimits STRANGER = new RespLimits(4, 64, 128);

    private static final RespLimits KNOWN = new RespLimits(40, 1024, 2048);
    private static final int SMALLEST_HELD = 64;
    private static final int SETTINGS = 2;

    @FuzzTest
    void resp(byte[] input) {
        if (input.length <= SETTINGS) {
            return;
        }
        byte[] stream = Arrays.copyOfRange(input, SETTINGS, input.length);
        PlainResp plain = new PlainResp(stream, STRANGER, KNOWN);
        Reading whole = new Reading();
        whole.read(stream, 0, stream.length);
        whole.end();
        whole.check(plain);
        Cuts cuts = new Cuts(input[0] << 8 | input[1] & 0xFF);
        Reading pieces = new Reading();
        for (int at = 0; at < stream.length; ) {
            int to = cuts.after(at, stream.length);
            pieces.read(stream, at, to);
            at = to;
        }
        pieces.end();
        pieces.check(plain);
        checkLine(new String(stream, StandardCharsets.UTF_8));
    }

    /** An error's text, whatever it is, is one line. */
    private static void checkLine(String text) {
        ByteBuf out = Unpooled.buffer();
        RespWriter.error(out, "ERR", text);
        String line = out.toString(StandardCharsets.UTF_8);
        out.release();
        if (!line.startsWith("-ERR ")
                || !line.endsWith("\r\n")
                || line.length() > RespWriter.MAX_ERROR_CHARS + 8 // the code, the ends, half a pair of surrogates
                || line.chars().limit(line.length() - 2L).anyMatch(Character::isISOControl)) {
            throw new AssertionError("No line of an error: " + line);
        }
    }

    /** One way through a stream. */
    private static final class Reading implements RespSink {
        private final CountedMemory memory = new CountedMemory();
        private final RespReader reader = new RespReader(STRANGER);
        private final List<List<String>> commands = new ArrayList<>();
        private long received;
        private boolean broken;
        private boolean quit;

        void read(byte[] stream, int from, int to) {
            received += to - from;
            try {
                reader.read(memory.of(stream, from, to), this);
            } catch (RespException e) {
                if (broken || quit) {
                    throw new AssertionError("A reader that has closed reads on", e);
                }
                broken = true;
                checkLine(String.valueOf(e.getMessage()));
            }
            if (reader.isClosed() != (broken || quit)) {
                throw new AssertionError(
                        "A reader closes when the protocol is broken or its sink says so, and only then");
            }
            long held = memory.usedBytes();
            if (held > 2 * received + SMALLEST_HELD || held != reader.heldBytes()) {
                throw new AssertionError(held + " bytes are held for " + received + " that came, and the reader says "
                        + reader.heldBytes());
            }
        }

        @Override
        public void command(RespCommand command) {
            List<String> arguments = new ArrayList<>();
            for (int i = 0; i < command.count(); i++) {
                String argument = command.slice(i).toString(StandardCharsets.ISO_8859_1);
                if (argument.length() != command.length(i)
                        || !argument.equals(new String(command.copy(i), StandardCharsets.ISO_8859_1))) {
                    throw new AssertionError("Two ways to an argument lead to two arguments");
                }
                arguments.add(argument);
            }
            commands.add(arguments);
            if (arguments.get(0).equals("AUTH")) {
                reader.limits(KNOWN);
            }
            if (arguments.get(0).equals("QUIT")) {
                quit = true;
                reader.close();
            }
        }

        void end() {
            reader.close();
            if (memory.usedBytes() != 0) {
                throw new AssertionError(memory.usedBytes() + " bytes were not released");
            }
        }

        void check(PlainResp plain) {
            if (!commands.equals(plain.commands()) || broken != plain.isBroken()) {
                throw new AssertionError("Read were " + commands + (broken ? ", then it broke" : "")
                        + "; the second opinion is " + plain.commands() + (plain.isBroken() ? ", then it breaks" : ""));
            }
        }
    }
}
