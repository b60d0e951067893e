package io.moa.e2e.call;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.Empty;
import com.google.protobuf.StringValue;
import io.moa.Moa;
import io.moa.annotation.MoaService;
import io.moa.client.MoaClient;
import io.moa.server.MoaServer;
import io.moa.testkit.LeakCheck;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** Generated messages over a socket, those without any byte too. */
@ExtendWith(LeakCheck.class)
class ProtobufCallTest {

    /** A contract in messages. */
    @MoaService(serializer = "protobuf")
    public interface Messages {
        Empty ping(Empty nothing);

        StringValue echo(StringValue text);
    }

    private static final class Echoing implements Messages {
        @Override
        public Empty ping(Empty nothing) {
            return nothing;
        }

        @Override
        public StringValue echo(StringValue text) {
            return text;
        }
    }

    @Test
    void messagesArriveAsTheyWereSent() {
        try (Moa provider = Moa.builder("messages").build();
                MoaServer server =
                        MoaServer.builder(provider).export(new Echoing()).start();
                Moa consumer = Moa.builder("caller").build();
                MoaClient client =
                        MoaClient.builder(consumer).addresses(server.address()).build()) {
            Messages messages = client.stub(Messages.class);
            assertThat(messages.echo(StringValue.of("hello"))).isEqualTo(StringValue.of("hello"));
            assertThat(messages.echo(StringValue.getDefaultInstance()))
                    .as("a message without any byte")
                    .isEqualTo(StringValue.getDefaultInstance());
            assertThat(messages.ping(Empty.getDefaultInstance())).isEqualTo(Empty.getDefaultInstance());
        }
    }
}
