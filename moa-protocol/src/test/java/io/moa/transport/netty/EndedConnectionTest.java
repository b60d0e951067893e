package io.moa.transport.netty;

import static org.assertj.core.api.Assertions.assertThat;

import io.moa.invoke.Executed;
import io.moa.invoke.Reply;
import io.moa.invoke.Status;
import io.moa.testkit.LeakCheck;
import io.moa.transport.TransportConfig;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.ExtendWith;

/** What a connection says of itself to those whose calls end with it. */
@ExtendWith(LeakCheck.class)
@Timeout(60)
class EndedConnectionTest {

    private record End(Reply reply, boolean usable) {}

    /** Whoever would go another way asks: a call that was left to be written when the connection broke knows that it has. */
    @Test
    void aCallThatWasNotSentEndsAfterTheConnectionIsKnownToBeGone() {
        try (OpenDoor door = new OpenDoor(TransportConfig.DEFAULT, OpenDoor::echo)) {
            ClientConnection connection = door.connect();
            CompletableFuture<End> end = new CompletableFuture<>();
            connection
                    .link()
                    .onLoop(() -> connection.link().channel().eventLoop().execute(() -> {
                        connection
                                .link()
                                .channel()
                                .close(); // the link hears of it in a moment; until then calls are taken
                        assertThat(connection.usable()).isTrue();
                        OpenDoor.call(connection, OpenDoor.longBody(1), Duration.ofSeconds(30))
                                .thenAccept(reply -> end.complete(new End(reply, connection.usable())));
                    }));
            End seen = end.join();
            assertThat(seen.reply()).isInstanceOfSatisfying(Reply.Failure.class, failure -> {
                assertThat(failure.status()).isEqualTo(Status.UNAVAILABLE);
                assertThat(failure.executed()).isEqualTo(Executed.NO);
                assertThat(failure.message()).contains("ended before the call was sent");
            });
            assertThat(seen.usable()).isFalse();
        }
    }
}
