package io.moa.transport.netty;

import static org.assertj.core.api.Assertions.assertThat;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/** Large bodies in line: they take turns, keep to their credit, and say what became of them. */
class SplitBodiesTest {

    private final SplitBodies bodies = new SplitBodies(10);
    private final List<String> sent = new ArrayList<>();

    @Test
    void takeTurns() {
        bodies.peerLimits(1_000, 10);
        bodies.add(1, Unpooled.buffer().writeZero(25), null);
        bodies.add(2, Unpooled.buffer().writeZero(10), null);
        bodies.add(3, Unpooled.buffer().writeZero(15), null);
        sendAll();
        assertThat(sent).containsExactly("1:10", "2:10!", "3:10", "1:10", "3:5!", "1:5!");
    }

    @Test
    void goNoFurtherThanTheirCredit() {
        bodies.peerLimits(13, 10);
        bodies.add(1, Unpooled.buffer().writeZero(30), null);
        sendAll();
        assertThat(sent).containsExactly("1:10", "1:3");
        bodies.granted(4);
        sendAll();
        bodies.granted(100);
        sendAll();
        assertThat(sent).containsExactly("1:10", "1:3", "1:4", "1:10", "1:3!");
        assertThat(bodies.isEmpty()).isTrue();
    }

    @Test
    void keepToThePieceThatThePeerTakes() {
        bodies.peerLimits(1_000, 4);
        assertThat(bodies.pieceBytes()).isEqualTo(4);
        bodies.add(1, Unpooled.buffer().writeZero(6), null);
        sendAll();
        assertThat(sent).containsExactly("1:4", "1:2!");
    }

    @Test
    void tellWhoeverWaitsThatTheyCannotRun() {
        bodies.peerLimits(10, 10);
        Waiting dropped = new Waiting();
        Waiting closed = new Waiting();
        ByteBuf first = Unpooled.buffer().writeZero(20);
        ByteBuf second = Unpooled.buffer().writeZero(20);
        bodies.add(1, first, dropped);
        bodies.add(2, second, closed);
        sendAll(); // a piece of the first
        bodies.drop(1);
        bodies.drop(7); // not there
        bodies.close();
        assertThat(dropped.ends).containsExactly("untouched");
        assertThat(closed.ends).containsExactly("untouched");
        assertThat(first.refCnt()).isZero();
        assertThat(second.refCnt()).isZero();
    }

    private void sendAll() {
        for (SplitBodies.Piece piece = bodies.next(); piece != null; piece = bodies.next()) {
            assertThat(piece.bytes().readableBytes()).isEqualTo(piece.length());
            sent.add(piece.requestId() + ":" + piece.length() + (piece.last() ? "!" : ""));
            piece.bytes().release();
        }
    }

    private static final class Waiting implements Flushable {
        private final List<String> ends = new ArrayList<>();
        private @Nullable Flushable next;

        @Override
        public void flushed(long nowNanos) {
            ends.add("flushed");
        }

        @Override
        public void notFlushed(boolean untouched) {
            ends.add(untouched ? "untouched" : "perhaps");
        }

        @Override
        public @Nullable Flushable nextFlushable() {
            return next;
        }

        @Override
        public void nextFlushable(@Nullable Flushable following) {
            next = following;
        }
    }
}
