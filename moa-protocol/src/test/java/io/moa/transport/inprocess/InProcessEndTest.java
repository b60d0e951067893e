package io.moa.transport.inprocess;

import static org.assertj.core.api.Assertions.assertThat;

import io.moa.discovery.Address;
import io.moa.discovery.ServiceId;
import io.moa.invoke.Attributes;
import io.moa.invoke.Invocation;
import io.moa.invoke.Invoker;
import io.moa.invoke.Ledger;
import io.moa.invoke.MethodId;
import io.moa.invoke.Payload;
import io.moa.invoke.Phase;
import io.moa.testkit.FakeScheduler;
import io.moa.transport.Connection;
import io.moa.transport.Host;
import io.moa.transport.Listener;
import io.moa.transport.Peer;
import io.moa.transport.TransportConfig;
import io.moa.transport.Wanted;
import io.moa.transport.WireForm;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/** How a connection within the process ends. */
class InProcessEndTest {

    private static final int CALLS = 100;

    private final FakeScheduler scheduler = new FakeScheduler();
    private final InProcessTransport transport =
            new InProcessTransport(TransportConfig.DEFAULT, scheduler.ticker(), scheduler);

    @Test
    void callsInFlightFailInTheOrderInWhichTheyWereMade() {
        Listener listener =
                transport.listen(new Address.InProcess("x"), new Silent()).join();
        Connection connection = transport
                .connect(listener.address(), new Peer("caller", "caller-1"), Wanted.ANYONE)
                .join();
        List<Integer> failed = new ArrayList<>();
        for (int i = 0; i < CALLS; i++) {
            int number = i;
            connection.invoke(call()).thenRun(() -> failed.add(number));
        }
        listener.close();
        assertThat(failed).isEqualTo(IntStream.range(0, CALLS).boxed().toList());
    }

    private Invocation call() {
        return Invocation.of(
                        ServiceId.of("shop.Stock"),
                        MethodId.of("left"),
                        Payload.EMPTY,
                        new Ledger(Phase.CLIENT_QUEUE, scheduler.ticker().nanos()))
                .attributes(Attributes.EMPTY.with(WireForm.KEY, new WireForm(new byte[0], 1)))
                .build();
    }

    /** Takes every call and answers none. */
    private record Silent() implements Host {
        @Override
        public Peer self() {
            return new Peer("silent", "silent-1");
        }

        @Override
        public Invoker route() {
            return call -> new CompletableFuture<>();
        }

        @Override
        public boolean serves(ServiceId service) {
            return true;
        }

        @Override
        public @Nullable Attributes attributesOf(ServiceId service, MethodId method, int serializer) {
            return null;
        }

        @Override
        public int load() {
            return 0;
        }
    }
}
