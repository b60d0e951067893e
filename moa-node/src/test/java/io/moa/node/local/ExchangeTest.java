package io.moa.node.local;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.assertj.core.api.Assertions.assertThat;

import io.moa.discovery.Address;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.embedded.EmbeddedChannel;
import org.junit.jupiter.api.Test;

class ExchangeTest {

    @Test
    void bytesForWhichThereIsNoMemoryAreFreed() {
        try (SocketProcess process =
                new SocketProcess("a process", new Address.Tcp("127.0.0.1", 1), new RespDialect(1_000))) {
            Exchange exchange = new Exchange(process);
            EmbeddedChannel channel = new EmbeddedChannel(exchange);
            SocketQuestion question = new SocketQuestion(process, Unpooled.copiedBuffer(new byte[] {1}));
            exchange.begin(question);
            channel.runPendingTasks();
            ByteBuf first = Unpooled.buffer(2, 2).writeBytes("$1".getBytes(US_ASCII)); // does not grow
            ByteBuf second = Unpooled.copiedBuffer("0\r\n", US_ASCII);

            channel.writeInbound(first, second);
            channel.finishAndReleaseAll();

            assertThat(question.answer()).isCompletedExceptionally();
            assertThat(first.refCnt()).isZero();
            assertThat(second.refCnt()).isZero();
        }
    }
}
