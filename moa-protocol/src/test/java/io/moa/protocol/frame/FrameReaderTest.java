package io.moa.protocol.frame;

import static org.assertj.core.api.Assertions.assertThat;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import org.junit.jupiter.api.Test;

final class FrameReaderTest {

    @Test
    void readsAWholeFrameWhereItLies() {
        ByteBuf in = Unpooled.buffer();
        WireSample.request(in, 7, WireSample.text("hi"));
        RecordingSink sink = new RecordingSink();
        FrameReader reader = new FrameReader(FrameLimits.DEFAULT);
        boolean[] parsed = new boolean[1];

        reader.read(in.retain(), new FrameSink() {
            @Override
            public void frame(Frame frame) {
                sink.frame(frame);
                assertThat(frame.buffer()).isSameAs(in);
                CallHeader header = CallHeader.parse(frame.buffer(), frame.callIndex(), frame.callLength());
                assertThat(header.baggage()).isEqualTo(WireSample.fullCall().baggage());
                assertThat(header.callKeys()).isEqualTo(WireSample.fullCall().callKeys());
                assertThat(Target.parse(frame.buffer(), header.targetIndex(), header.targetLength()))
                        .isEqualTo(new Target(WireSample.SERVICE, WireSample.METHOD, 1));
                assertThat(RequestHop.hop(frame.buffer(), frame.hopIndex(), frame.hopLength()))
                        .isEqualTo(WireSample.fullCall().hop());
                parsed[0] = true;
            }

            @Override
            public void oversized(Frame header) {
                sink.oversized(header);
            }
        });

        assertThat(sink.lines).hasSize(1);
        assertThat(parsed[0]).isTrue();
        assertThat(in.refCnt()).isEqualTo(1);
        in.release();
    }
}
