package io.moa.fuzz;

import com.code_intelligence.jazzer.junit.FuzzTest;
import io.moa.invoke.Ledger;
import io.moa.invoke.Phase;
import io.moa.invoke.ThrownError;
import io.moa.protocol.frame.CallHeader;
import io.moa.protocol.frame.Closing;
import io.moa.protocol.frame.ConnectionState;
import io.moa.protocol.frame.Control;
import io.moa.protocol.frame.ErrorDetails;
import io.moa.protocol.frame.HeaderException;
import io.moa.protocol.frame.Hello;
import io.moa.protocol.frame.Message;
import io.moa.protocol.frame.ReplyHeader;
import io.moa.protocol.frame.ReplyHop;
import io.moa.protocol.frame.RequestHop;
import io.moa.protocol.frame.Target;
import io.moa.protocol.frame.Welcome;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufUtil;
import io.netty.buffer.Unpooled;
import java.util.Arrays;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * Headers and messages are read or refused with a {@link HeaderException}; what was read is written and read again as the
 * same, and shows no control character. The first byte of an input chooses what the rest is read as.
 */
class HeaderFuzzTest {

    /** What stands around a header in a frame; whoever reads beyond the header finds something that is wrong. */
    private static final int MARGIN = 8;

    private static final ReplyHeader NAMED = new ReplyHeader("m", "shop.X", null);

    private static final int KINDS = 11;

    @FuzzTest
    void headers(byte[] input) {
        if (input.length == 0) {
            return;
        }
        int length = input.length - 1;
        byte[] framed = new byte[length + 2 * MARGIN];
        Arrays.fill(framed, (byte) 0xFF);
        System.arraycopy(input, 1, framed, MARGIN, length);
        ByteBuf in = Unpooled.wrappedBuffer(framed);
        try {
            read((input[0] & 0xFF) % KINDS, in, MARGIN, length);
        } catch (HeaderException e) {
            shown(e.getMessage());
        }
        if (in.readerIndex() != 0 || in.refCnt() != 1) {
            throw new AssertionError("A parser leaves the buffer as it was");
        }
    }

    private static void read(int kind, ByteBuf in, int index, int length) {
        switch (kind) {
            case 0 -> requestHop(in, index, length);
            case 1 -> replyHop(in, index, length);
            case 2 -> callHeader(in, index, length);
            case 3 -> shown(Target.parse(in, index, length).toString());
            case 4 -> shown(CallHeader.parseCaller(in, index, length).toString());
            case 5 -> same(Hello.parse(in, index, length), Hello::parse);
            case 6 -> same(Welcome.parse(in, index, length), Welcome::parse);
            case 7 -> same(Closing.parse(in, index, length), Closing::parse);
            case 8 -> {
                Control control = Control.parse(in, index, length);
                if (control != null) {
                    same(control, Control::parse);
                }
                same(ReplyHeader.parse(in, index, length), ReplyHeader::parse);
            }
            case 9 -> connectionState(in, index, length);
            default -> errorDetails(in, index, length);
        }
    }

    private static void requestHop(ByteBuf in, int index, int length) {
        RequestHop.check(in, index, length);
        RequestHop.hop(in, index, length);
        for (Phase phase : Phase.values()) {
            if (RequestHop.callerNanos(in, index, length, phase) < -1
                    || RequestHop.agentNanos(in, index, length, phase) < -1) {
                throw new AssertionError("A negative time");
            }
        }
        ByteBuf forwarded = Unpooled.buffer();
        int written = RequestHop.forward(
                forwarded,
                in,
                index,
                length,
                RequestHop.remainingNanos(in, index, length),
                RequestHop.hop(in, index, length),
                null);
        RequestHop.check(forwarded, 0, written);
    }

    private static void replyHop(ByteBuf in, int index, int length) {
        ReplyHop.check(in, index, length);
        ReplyHop.statusCode(in, index, length);
        ReplyHop.executed(in, index, length);
        ReplyHop.hints(in, index, length);
        ReplyHop.addTo(in, index, length, new Ledger(Phase.BACK, 0));
    }

    private static void callHeader(ByteBuf in, int index, int length) {
        CallHeader header = CallHeader.parse(in, index, length);
        within(header.targetIndex(), header.targetLength(), index, length);
        within(header.callerIndex(), header.callerLength(), index, length);
        if (header.callKeys().size() > CallHeader.MAX_MAP_ENTRIES
                || header.hopAttachments().size() > CallHeader.MAX_MAP_ENTRIES) {
            throw new AssertionError("A map over its limit");
        }
        if (header.callerLength() > 0) {
            CallHeader.parseCaller(in, header.callerIndex(), header.callerLength());
        }
        if (header.targetLength() > 0) {
            Target.parse(in, header.targetIndex(), header.targetLength());
        }
    }

    private static void within(int index, int length, int outerIndex, int outerLength) {
        if (length > 0 && (index < outerIndex || index + length > outerIndex + outerLength)) {
            throw new AssertionError("A part of a header lies outside of it");
        }
    }

    /** A handover is between our own processes; its bytes are no stranger's, and must still not break a reader. */
    private static void connectionState(ByteBuf in, int index, int length) {
        ConnectionState state = ConnectionState.parse(ByteBufUtil.getBytes(in, index, length));
        byte[] encoded = state.encode();
        if (!Arrays.equals(encoded, ConnectionState.parse(encoded).encode())) {
            throw new AssertionError("Not the same when read again: " + state);
        }
    }

    /** Details are a help and no more: they are read, or left out with the reason, and never an error. */
    private static void errorDetails(ByteBuf in, int index, int length) {
        ThrownError error = ErrorDetails.parse(NAMED, in, index, length);
        if (error.causes().size() > ThrownError.MAX_CAUSES || error.fields().size() > ErrorDetails.MAX_FIELDS) {
            throw new AssertionError("Details over their limits");
        }
        if (error.leftOut() != null) {
            shown(error.leftOut());
        }
        error.causes().forEach(cause -> shown(cause.type() + cause.message()));
        error.fields().forEach(field -> shown(field.name()));
        ByteBuf out = Unpooled.buffer();
        ErrorDetails.encode(error, out);
        ThrownError again = ErrorDetails.parse(NAMED, out, 0, out.readableBytes());
        if (!Objects.equals(error.knownAs(), again.knownAs())
                || !error.causes().equals(again.causes())
                || error.fields().size() != again.fields().size()) {
            throw new AssertionError("Written was " + error + ", and read " + again);
        }
    }

    private interface Parser {
        @Nullable
        Message parse(ByteBuf in, int index, int length);
    }

    private static void same(Message message, Parser parser) {
        shown(message.toString());
        ByteBuf out = Unpooled.buffer();
        message.encode(out);
        Message again = parser.parse(out, 0, out.readableBytes());
        if (!message.equals(again)) {
            throw new AssertionError("Written was " + message + ", and read " + again);
        }
    }

    /** Goes into logs. */
    private static void shown(@Nullable String text) {
        if (text == null || text.chars().anyMatch(Character::isISOControl)) {
            throw new AssertionError("Unfit for a log: " + text);
        }
    }
}
