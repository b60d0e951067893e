package io.moa.protocol.frame;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.moa.invoke.Deadline;
import io.moa.invoke.Executed;
import io.moa.invoke.Hints;
import io.moa.invoke.Hop;
import io.moa.invoke.Ledger;
import io.moa.invoke.Phase;
import io.moa.invoke.Seat;
import io.moa.invoke.Status;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import org.junit.jupiter.api.Test;

final class HopHeaderTest {

    private final ByteBuf out = Unpooled.buffer();

    @Test
    void aRequestKeepsTimeAndFacts() {
        Hop hop = new Hop(3, Seat.REMOTE, 9, Seat.LOCAL);
        int length = RequestHop.write(out, 123_456_789, hop, WireSample.callerLedger());
        assertThat(length).isEqualTo(out.readableBytes()).isEqualTo(32);
        RequestHop.check(out, 0, length);
        assertThat(RequestHop.remainingNanos(out, 0, length)).isEqualTo(123_456_789);
        assertThat(RequestHop.hop(out, 0, length)).isEqualTo(hop);
        assertThat(RequestHop.callerNanos(out, 0, length, Phase.CLIENT_QUEUE)).isEqualTo(1_000);
        assertThat(RequestHop.callerNanos(out, 0, length, Phase.PICK)).isEqualTo(2_000);
        assertThat(RequestHop.callerNanos(out, 0, length, Phase.CONNECT_WAIT)).isEqualTo(3_000);
        assertThat(RequestHop.callerNanos(out, 0, length, Phase.EXECUTE)).isEqualTo(-1);
        assertThat(RequestHop.agentNanos(out, 0, length, Phase.PICK)).isEqualTo(-1);
    }

    @Test
    void aDirectFirstAttemptIsReadWithoutAllocating() {
        int length = RequestHop.write(out, 1, Hop.DIRECT, null);
        assertThat(length).isEqualTo(16);
        assertThat(RequestHop.hop(out, 0, length)).isSameAs(Hop.DIRECT);
    }

    @Test
    void theRemainingTimeHasTwoSpecialValues() {
        assertThat(RequestHop.remaining(Deadline.NONE, 5)).isEqualTo(-1);
        assertThat(RequestHop.remaining(Deadline.after(10, 0), 5)).isEqualTo(5);
        assertThat(RequestHop.remaining(Deadline.after(10, 0), 10)).isZero();
        assertThat(RequestHop.remaining(Deadline.after(10, 0), 1_000)).isZero();
        int length = RequestHop.write(out, -2, Hop.DIRECT, null);
        assertThatThrownBy(() -> RequestHop.remainingNanos(out, 0, length)).isInstanceOf(HeaderException.class);
    }

    @Test
    void factsThatDoNotFitAByteAreCut() {
        int length = RequestHop.write(out, 1, new Hop(300, Seat.NONE, -1, Seat.NONE), null);
        assertThat(RequestHop.hop(out, 0, length)).isEqualTo(new Hop(255, Seat.NONE, 0, Seat.NONE));
    }

    @Test
    void anAgentKeepsTheBlocksBeforeItsOwn() {
        int length = RequestHop.write(out, 100, Hop.DIRECT, WireSample.callerLedger());
        ByteBuf forwarded = Unpooled.buffer();
        Hop hop = new Hop(0, Seat.LOCAL, 15, Seat.LOCAL);
        Ledger agent = new Ledger(Phase.CLIENT_QUEUE, 0);
        agent.enter(Phase.PICK, 7_000);

        int written = RequestHop.forward(forwarded, out, 0, length, 90, hop, agent);
        assertThat(written).isEqualTo(forwarded.readableBytes()).isEqualTo(48);
        assertThat(RequestHop.remainingNanos(forwarded, 0, written)).isEqualTo(90);
        assertThat(RequestHop.hop(forwarded, 0, written)).isEqualTo(hop);
        assertThat(RequestHop.callerNanos(forwarded, 0, written, Phase.PICK)).isEqualTo(2_000);
        assertThat(RequestHop.agentNanos(forwarded, 0, written, Phase.CLIENT_QUEUE))
                .isEqualTo(7_000);
    }

    @Test
    void aForwardedHeaderNeverOutgrowsItsLimit() {
        ByteBuf header = Unpooled.buffer();
        int length = RequestHop.write(header, 100, Hop.DIRECT, null);
        for (int i = 0; i < 300; i++) {
            ByteBuf next = Unpooled.buffer();
            length = RequestHop.forward(next, header, 0, length, 100, Hop.DIRECT, WireSample.callerLedger());
            header = next;
        }
        assertThat(length).isBetween(FrameLimits.MAX_HOP_BYTES - 16, FrameLimits.MAX_HOP_BYTES);
        RequestHop.check(header, 0, length);
    }

    @Test
    void patchingLeavesTheBlocks() {
        int length = RequestHop.write(out, 100, Hop.DIRECT, WireSample.callerLedger());
        RequestHop.patch(out, 0, length, 50, Hop.DIRECT.withAttempt(4));
        assertThat(RequestHop.remainingNanos(out, 0, length)).isEqualTo(50);
        assertThat(RequestHop.hop(out, 0, length).attempt()).isEqualTo(4);
        assertThat(RequestHop.callerNanos(out, 0, length, Phase.PICK)).isEqualTo(2_000);
    }

    @Test
    void aReplyKeepsStatusAndHints() {
        Hints hints = new Hints(4_294_967_295L, true, 200, true, true);
        int length = ReplyHop.write(out, Status.OVERLOADED.code(), Executed.NO, hints, null);
        assertThat(length).isEqualTo(out.readableBytes()).isEqualTo(16);
        ReplyHop.check(out, 0, length);
        assertThat(ReplyHop.statusCode(out, 0, length)).isEqualTo(Status.OVERLOADED.code());
        assertThat(ReplyHop.executed(out, 0, length)).isEqualTo(Executed.NO);
        assertThat(ReplyHop.hints(out, 0, length)).isEqualTo(hints);
        ReplyHop.patchHints(out, 0, length, new Hints(5, false, 1));
        assertThat(ReplyHop.hints(out, 0, length)).isEqualTo(new Hints(5, false, 1));
        assertThat(ReplyHop.statusCode(out, 0, length)).isEqualTo(Status.OVERLOADED.code());
        assertThat(ReplyHop.executed(out, 0, length)).isEqualTo(Executed.NO);
    }

    @Test
    void noHintsAreTheSharedNone() {
        int length = ReplyHop.write(out, ReplyHop.VALUE, Executed.YES, Hints.NONE, null);
        assertThat(ReplyHop.hints(out, 0, length)).isSameAs(Hints.NONE);
    }

    @Test
    void aLoadThatMeansNothingIsUnknown() {
        int length = ReplyHop.write(out, ReplyHop.VALUE, Executed.YES, new Hints(1, false, 3), null);
        out.setByte(3, 201);
        assertThat(ReplyHop.hints(out, 0, length)).isEqualTo(new Hints(1, false, Hints.UNKNOWN_LOAD));
    }

    @Test
    void theServersPhasesReachTheCallersLedger() {
        int length = ReplyHop.write(out, ReplyHop.VALUE, Executed.YES, Hints.NONE, WireSample.serverLedger());
        Ledger caller = new Ledger(Phase.BACK, 0);
        ReplyHop.addTo(out, 0, length, caller);
        caller.settle(250_000);
        assertThat(caller.spentNanos(Phase.SERVER_QUEUE)).isEqualTo(10_000);
        assertThat(caller.spentNanos(Phase.DECODE)).isEqualTo(20_000);
        assertThat(caller.spentNanos(Phase.EXECUTE)).isEqualTo(30_000);
        assertThat(caller.spentNanos(Phase.ENCODE)).isEqualTo(40_000);
        assertThat(caller.spentNanos(Phase.BACK)).isEqualTo(150_000);
        assertThat(caller.totalNanos()).isEqualTo(250_000);
    }

    /** An agent's ledger of a call that it has passed on: 1, 2 and 3 µs before, 10 to 40 µs at the server, 20 µs on the way back. */
    private static Ledger agentLedger() {
        Ledger agent = new Ledger(Phase.CLIENT_QUEUE, 0);
        agent.enter(Phase.PICK, 1_000);
        agent.sentTo("server");
        agent.enter(Phase.CONNECT_WAIT, 3_000);
        agent.enter(Phase.BACK, 6_000);
        ByteBuf reply = Unpooled.buffer();
        int length = ReplyHop.write(reply, ReplyHop.VALUE, Executed.YES, Hints.NONE, WireSample.serverLedger());
        ReplyHop.addTo(reply, 0, length, agent);
        agent.settle(126_000);
        return agent;
    }

    @Test
    void whatAnAgentAndTheServerBehindItMeasuredReachesTheCallersLedger() {
        int length = ReplyHop.write(out, ReplyHop.VALUE, Executed.YES, Hints.NONE, agentLedger());
        assertThat(length).isEqualTo(out.readableBytes()).isEqualTo(16 + 20 + 16);
        ReplyHop.check(out, 0, length);
        Ledger caller = new Ledger(Phase.CLIENT_QUEUE, 0);
        caller.enter(Phase.PICK, 500);
        caller.enter(Phase.BACK, 700);
        ReplyHop.addTo(out, 0, length, caller);
        caller.settle(200_700);
        assertThat(caller.spentNanos(Phase.CLIENT_QUEUE)).isEqualTo(500 + 1_000);
        assertThat(caller.spentNanos(Phase.PICK)).isEqualTo(200 + 2_000);
        assertThat(caller.spentNanos(Phase.CONNECT_WAIT)).isEqualTo(3_000);
        assertThat(caller.spentNanos(Phase.SERVER_QUEUE)).isEqualTo(10_000);
        assertThat(caller.spentNanos(Phase.DECODE)).isEqualTo(20_000);
        assertThat(caller.spentNanos(Phase.EXECUTE)).isEqualTo(30_000);
        assertThat(caller.spentNanos(Phase.ENCODE)).isEqualTo(40_000);
        assertThat(caller.spentNanos(Phase.BACK)).as("is what is left").isEqualTo(200_000 - 106_000);
        assertThat(caller.totalNanos()).isEqualTo(200_700);
    }

    @Test
    void whoHasNotPassedTheCallOnSaysNothingOfThat() {
        Ledger refused = new Ledger(Phase.CLIENT_QUEUE, 0);
        refused.enter(Phase.ENCODE, 5_000);
        int length = ReplyHop.write(out, Status.UNSUPPORTED.code(), Executed.NO, Hints.NONE, refused);
        assertThat(length).isEqualTo(16 + 20);
        assertThat(out.getByte(8)).isEqualTo((byte) 1);
        Ledger caller = new Ledger(Phase.BACK, 0);
        ReplyHop.addTo(out, 0, length, caller);
        assertThat(caller.spentNanos(Phase.CLIENT_QUEUE)).isZero();
    }

    /** It looks for the server's block alone, and passes over others; the fixed part is where it was. */
    @Test
    void aReaderThatKnowsNoAgentsFindsWhatItLooksFor() {
        Hints hints = new Hints(5, true, 7);
        int length = ReplyHop.write(out, Status.OVERLOADED.code(), Executed.MAYBE, hints, agentLedger());
        assertThat(ReplyHop.statusCode(out, 0, length)).isEqualTo(Status.OVERLOADED.code());
        assertThat(ReplyHop.executed(out, 0, length)).isEqualTo(Executed.MAYBE);
        assertThat(ReplyHop.hints(out, 0, length)).isEqualTo(hints);
        int blocks = out.getUnsignedByte(8);
        assertThat(LedgerBlock.find(out, 16, length, blocks, LedgerBlock.SERVER))
                .as("the first, where it always was")
                .isEqualTo(16 + 4);
        assertThat(LedgerBlock.count(out, 20)).isEqualTo(4);
        assertThat(LedgerBlock.find(out, 16, length, blocks, -1)).isEqualTo(-1);
    }

    @Test
    void anAgentsBlockIsFoundWhereverItStands() {
        out.writeZero(16);
        out.setByte(8, 2);
        out.writeInt(LedgerBlock.AGENT << 24 | 3 << 16).writeInt(1).writeInt(2).writeInt(3);
        out.writeInt(LedgerBlock.SERVER << 24 | 4 << 16)
                .writeInt(4)
                .writeInt(5)
                .writeInt(6)
                .writeInt(7);
        Ledger caller = new Ledger(Phase.BACK, 0);
        ReplyHop.addTo(out, 0, out.readableBytes(), caller);
        assertThat(caller.spentNanos(Phase.CONNECT_WAIT)).isEqualTo(300);
        assertThat(caller.spentNanos(Phase.ENCODE)).isEqualTo(700);
    }

    @Test
    void timesOfNewerPeersAreSkipped() {
        // An agent's block of a future kind, then a server's block with a fifth time, then something after it.
        out.writeZero(16);
        out.setByte(8, 3);
        out.writeInt(77 << 24 | 2 << 16).writeInt(1).writeInt(2);
        out.writeInt(LedgerBlock.SERVER << 24 | 5 << 16);
        out.writeInt(1).writeInt(2).writeInt(3).writeInt(4).writeInt(5);
        out.writeInt(LedgerBlock.AGENT << 24 | 1 << 16).writeInt(6);
        Ledger caller = new Ledger(Phase.BACK, 0);
        ReplyHop.addTo(out, 0, out.readableBytes(), caller);
        assertThat(caller.spentNanos(Phase.SERVER_QUEUE)).isEqualTo(100);
        assertThat(caller.spentNanos(Phase.ENCODE)).isEqualTo(400);
    }

    @Test
    void ashorterBlockOfAnOlderPeerIsReadAsFarAsItGoes() {
        out.writeZero(16);
        out.setByte(8, 1);
        out.writeInt(LedgerBlock.SERVER << 24 | 1 << 16).writeInt(9);
        Ledger caller = new Ledger(Phase.BACK, 0);
        ReplyHop.addTo(out, 0, out.readableBytes(), caller);
        assertThat(caller.spentNanos(Phase.SERVER_QUEUE)).isEqualTo(900);
        assertThat(caller.spentNanos(Phase.DECODE)).isZero();
    }

    @Test
    void timesSaturate() {
        assertThat(LedgerBlock.units(-1)).isZero();
        assertThat(LedgerBlock.units(99)).isZero();
        assertThat(LedgerBlock.units(100)).isEqualTo(1);
        assertThat(LedgerBlock.units(429_496_729_500L)).isEqualTo(0xFFFF_FFFF);
        assertThat(LedgerBlock.units(429_496_729_600L)).isEqualTo(0xFFFF_FFFF);
        assertThat(LedgerBlock.units(Long.MAX_VALUE)).isEqualTo(0xFFFF_FFFF);

        Ledger server = new Ledger(Phase.EXECUTE, 0);
        server.enter(Phase.BACK, Long.MAX_VALUE);
        int length = ReplyHop.write(out, ReplyHop.VALUE, Executed.YES, Hints.NONE, server);
        Ledger caller = new Ledger(Phase.BACK, 0);
        ReplyHop.addTo(out, 0, length, caller);
        assertThat(caller.spentNanos(Phase.EXECUTE)).isEqualTo(429_496_729_500L);
    }

    @Test
    void rejectsHeadersThatAreTooShort() {
        out.writeZero(40);
        for (int length = 0; length < 16; length++) {
            int shorter = length;
            assertThatThrownBy(() -> RequestHop.check(out, 0, shorter)).isInstanceOf(HeaderException.class);
            assertThatThrownBy(() -> RequestHop.hop(out, 0, shorter)).isInstanceOf(HeaderException.class);
            assertThatThrownBy(() -> ReplyHop.check(out, 0, shorter)).isInstanceOf(HeaderException.class);
            assertThatThrownBy(() -> ReplyHop.addTo(out, 0, shorter, new Ledger(Phase.BACK, 0)))
                    .isInstanceOf(HeaderException.class);
        }
    }

    @Test
    void rejectsBlocksThatReachBeyondTheHeader() {
        int length = ReplyHop.write(out, ReplyHop.VALUE, Executed.YES, Hints.NONE, WireSample.serverLedger());
        out.writeZero(2000); // what follows the header must not be read as a part of it
        for (int shorter = 16; shorter < length; shorter++) {
            int end = shorter;
            assertThatThrownBy(() -> ReplyHop.addTo(out, 0, end, new Ledger(Phase.BACK, 0)))
                    .isInstanceOf(HeaderException.class)
                    .hasMessageContaining("block 1 of 1");
        }
        out.setByte(8, 255);
        assertThatThrownBy(() -> ReplyHop.check(out, 0, length))
                .isInstanceOf(HeaderException.class)
                .hasMessageContaining("block 2 of 255");
    }
}
