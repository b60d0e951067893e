package io.moa.e2e.call;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.moa.Moa;
import io.moa.client.MoaClient;
import io.moa.discovery.Address;
import io.moa.discovery.ServiceId;
import io.moa.invoke.CallException;
import io.moa.invoke.Executed;
import io.moa.server.MoaServer;
import io.moa.testkit.RefusingPort;
import org.junit.jupiter.api.Test;

/** Calls without any registry. */
class FixedAddressesTest {

    @Test
    void callsWhoeverServesAtTheAddress() {
        try (Moa provider = Moa.builder("any name").build();
                MoaServer server =
                        MoaServer.builder(provider).export(new EchoService()).start();
                Moa consumer = Moa.builder("caller").build();
                MoaClient client =
                        MoaClient.builder(consumer).addresses(server.address()).build()) {
            assertThat(client.stub(Echo.class).say("hello")).isEqualTo("hello");
        }
    }

    @Test
    void anAddressWhereNobodyListensIsPassedBy() {
        try (RefusingPort gone = RefusingPort.open();
                Moa second = Moa.builder("echo").build();
                MoaServer server =
                        MoaServer.builder(second).export(new EchoService()).start();
                Moa consumer = Moa.builder("caller").build();
                MoaClient client = MoaClient.builder(consumer)
                        .addresses(new Address.Tcp("127.0.0.1", gone.port()), server.address())
                        .build()) {
            Echo echo = client.stub(Echo.class);
            for (int i = 0; i < 20; i++) {
                assertThat(echo.say(i)).isEqualTo(i + 1);
            }
        }
    }

    @Test
    void aServiceThatIsNotServedThereIsRefusedBeforeItIsSent() {
        try (Moa provider = Moa.builder("echo").build();
                MoaServer server =
                        MoaServer.builder(provider).export(new EchoService()).start();
                Moa consumer = Moa.builder("caller").build();
                MoaClient client =
                        MoaClient.builder(consumer).addresses(server.address()).build()) {
            assertThatThrownBy(() ->
                            client.generic(ServiceId.of("no.such.Service")).call("x()"))
                    .isInstanceOfSatisfying(
                            CallException.class, e -> assertThat(e.executed()).isEqualTo(Executed.NO))
                    .hasMessageContaining("does not serve [no.such.Service]");
        }
    }

    @Test
    void withoutRegistryAndAddressesTheMessageSaysWhatToDo() {
        try (Moa consumer = Moa.builder("caller").build();
                MoaClient client = MoaClient.builder(consumer).build()) {
            assertThatThrownBy(() -> client.stub(Echo.class))
                    .isInstanceOf(IllegalStateException.class)
                    .hasMessageContaining("registry(...)")
                    .hasMessageContaining("addresses(...)");
        }
    }
}
