package io.moa.node.local;

import static org.assertj.core.api.Assertions.assertThat;

import io.moa.discovery.Address;
import io.moa.invoke.Executed;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import org.junit.jupiter.api.Test;

class SocketQuestionTest {

    @Test
    void aQuestionOfWhichIsToldThatItWasNotSentIsNotSent() {
        try (SocketProcess process =
                new SocketProcess("a process", new Address.Tcp("127.0.0.1", 1), new RespDialect(1_000))) {
            ByteBuf request = Unpooled.copiedBuffer(new byte[] {1});
            SocketQuestion question = new SocketQuestion(process, request);

            // Another thread ends it, and has come as far as what it will say.
            assertThat(question.sentAtTheEnd()).isEqualTo(Executed.NO);
            ByteBuf taken = question.begin(new Exchange(process));

            assertThat(question.isOver()).as("nobody is to send it").isTrue();
            assertThat(taken).isSameAs(request);
            request.release();
        }
    }
}
