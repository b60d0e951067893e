package io.moa.protocol.frame;

import io.moa.invoke.Ledger;
import io.moa.invoke.Phase;
import io.netty.buffer.ByteBuf;

/** Reads whatever a frame of its kind can contain. */
final class Parsing {

    private Parsing() {}

    static void everything(Frame frame) {
        ByteBuf in = frame.buffer();
        int call = frame.callIndex();
        int length = frame.callLength();
        switch (frame.kind()) {
            case REQUEST, ONE_WAY -> {
                RequestHop.check(in, frame.hopIndex(), frame.hopLength());
                RequestHop.remainingNanos(in, frame.hopIndex(), frame.hopLength());
                RequestHop.hop(in, frame.hopIndex(), frame.hopLength());
                for (Phase phase : Phase.values()) {
                    RequestHop.callerNanos(in, frame.hopIndex(), frame.hopLength(), phase);
                    RequestHop.agentNanos(in, frame.hopIndex(), frame.hopLength(), phase);
                }
                CallHeader header = CallHeader.parse(in, call, length);
                CallHeader.parseCaller(in, header.callerIndex(), header.callerLength());
                Target.parse(in, header.targetIndex(), header.targetLength());
            }
            case RESPONSE -> {
                ReplyHop.check(in, frame.hopIndex(), frame.hopLength());
                ReplyHop.statusCode(in, frame.hopIndex(), frame.hopLength());
                ReplyHop.executed(in, frame.hopIndex(), frame.hopLength());
                ReplyHop.hints(in, frame.hopIndex(), frame.hopLength());
                ReplyHop.addTo(in, frame.hopIndex(), frame.hopLength(), new Ledger(Phase.BACK, 0));
                ReplyHeader.parse(in, call, length);
            }
            case CANCEL -> Frames.cancelReason(frame);
            case CREDIT -> Frames.creditBytes(frame);
            case HELLO -> Hello.parse(in, call, length).toString();
            case WELCOME -> Welcome.parse(in, call, length).toString();
            case CLOSING -> Closing.parse(in, call, length);
            case CONTROL -> Control.parse(in, call, length);
            case PING, PONG, CLOSING_ACK, CONTINUATION -> {}
        }
        frame.bodyIntact();
        frame.retainedBody().release();
    }
}
