package io.moa.server;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.moa.Moa;
import io.moa.annotation.MoaService;
import io.moa.annotation.WarmUp;
import io.moa.discovery.Address;
import io.moa.discovery.CatalogueChange;
import io.moa.discovery.Instance;
import io.moa.discovery.Registry;
import io.moa.discovery.ServiceExport;
import io.moa.discovery.ServiceId;
import io.moa.discovery.Snapshot;
import io.moa.testkit.FakeScheduler;
import io.moa.testkit.Shows;
import io.moa.transport.TransportConfig;
import io.moa.transport.inprocess.InProcessTransport;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.function.Consumer;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class MoaServerTest {

    private static final Address DOOR = new Address.InProcess("door");

    @MoaService(name = "shop.Stock")
    public interface Stock {
        int count(String item);
    }

    @MoaService(name = "shop.Prices")
    public interface Prices {
        int price(String item);
    }

    @MoaService(serializer = "hesian")
    public interface Misspelt {
        int count(String item);
    }

    @MoaService
    @WarmUp(millis = 2_000)
    interface Warm {
        void anything();
    }

    @MoaService
    @WarmUp(millis = 30_000)
    interface Warmer {
        void anything();
    }

    @MoaService
    interface OfThisPackage {
        String name();
    }

    /** Two services of one class. */
    private static final class Shop implements Stock, Prices {
        @Override
        public int count(String item) {
            return 1;
        }

        @Override
        public int price(String item) {
            return 2;
        }
    }

    /** A registry that breaks its promises when told to, and remembers what it was asked. */
    private static final class BrokenRegistry implements Registry, Registry.Registration {
        private final List<String> asked = new ArrayList<>();
        private String breaksAt = "";

        private void ask(String what) {
            asked.add(what);
            if (breaksAt.contains(what)) {
                throw new IllegalStateException("the registry breaks at " + what);
            }
        }

        @Override
        public Registration register(Instance instance) {
            ask("register");
            return this;
        }

        @Override
        public CatalogueSubscription subscribeAll(Consumer<CatalogueChange> listener) {
            throw new UnsupportedOperationException();
        }

        @Override
        public Subscription subscribe(ServiceId service, Consumer<Snapshot> listener) {
            throw new UnsupportedOperationException();
        }

        @Override
        public CompletableFuture<Void> registered() {
            return CompletableFuture.completedFuture(null);
        }

        @Override
        public void update(Instance instance) {
            ask("update");
        }

        @Override
        public void offline() {
            ask("offline");
        }

        @Override
        public void online() {
            ask("online");
        }

        @Override
        public void close() {
            ask("close");
        }
    }

    private final FakeScheduler scheduler = new FakeScheduler();
    private final BrokenRegistry registry = new BrokenRegistry();
    private final InProcessTransport transport =
            new InProcessTransport(TransportConfig.DEFAULT, scheduler.ticker(), scheduler);
    private final Moa moa = Moa.builder("shop")
            .registry(registry)
            .transport(transport)
            .scheduler(scheduler)
            .ticker(scheduler.ticker())
            .callbacks(Runnable::run)
            .build();

    @AfterEach
    void close() {
        transport.close();
        moa.close();
    }

    @Test
    void nothingStaysOpenIfTheRegistryThrows() {
        registry.breaksAt = "register";
        assertThatIllegalStateException()
                .isThrownBy(() -> start(any -> any))
                .withMessage("the registry breaks at register");
        registry.breaksAt = "";
        start(any -> any).close(); // which finds the door free, and the runtime without a server
    }

    @Test
    void nothingStaysOpenIfASettingTurnsOutToBeWrongAfterTheDoorWasOpened() {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> start(server -> server.weight(-1)))
                .withMessage("A weight is 0 to 10000, not -1");
        start(any -> any).close();
        assertThat(registry.asked).containsExactly("register", "offline", "close");
    }

    @Test
    void serverClosesWhateverItsRegistryDoes() {
        registry.breaksAt = "offline close";
        MoaServer server = start(any -> any);
        server.close();
        assertThat(registry.asked).containsExactly("register", "offline", "close");
        registry.breaksAt = "";
        start(any -> any).closeNow();
    }

    @Test
    void takenAddressIsSaidAndTheRuntimeMayTryAgain() {
        try (Moa other = Moa.builder("other")
                .transport(transport)
                .scheduler(scheduler)
                .callbacks(Runnable::run)
                .build()) {
            MoaServer first = start(any -> any);
            assertThatIllegalStateException()
                    .isThrownBy(() -> MoaServer.builder(other)
                            .address(DOOR)
                            .export(Stock.class, new Shop())
                            .start())
                    .withMessage("Cannot listen on inproc:door: Somebody listens at inproc:door already");
            first.close();
            MoaServer.builder(other)
                    .address(DOOR)
                    .export(Stock.class, new Shop())
                    .start()
                    .close();
        }
    }

    @Test
    void oneRuntimeHasOneServer() {
        MoaServer first = start(any -> any);
        assertThatThrownBy(() -> start(any -> any)).hasMessageContaining("has a server already");
        first.close();
    }

    @Test
    void oneClassOffersTwoServicesAndOneServiceInTwoVersions() {
        MoaServer server = start(builder -> builder.export(Prices.class, new Shop())
                .export(Stock.class, new Shop(), ExportConfig.DEFAULT.withVersion("2")));
        assertThat(server.instance().exports())
                .extracting(ServiceExport::service)
                .containsExactly(
                        ServiceId.of("shop.Stock"), ServiceId.of("shop.Prices"), new ServiceId("shop.Stock", "", "2"));
        server.close();
    }

    /** What callers do with it is shown where plans are made. */
    @Test
    @Shows("warm-up")
    void serverTellsHowLongTheSlowestOfItsServicesWarmsUp() {
        MoaServer cold = start(any -> any);
        assertThat(cold.instance().warmUpMillis()).isZero();
        cold.close();
        MoaServer warming =
                start(server -> server.export(Warmer.class, () -> {}).export(Warm.class, () -> {}));
        assertThat(warming.instance().warmUpMillis()).isEqualTo(30_000);
        warming.close();
    }

    @Test
    void interfaceThatIsNotPublicCanBeExported() {
        MoaServer server = start(builder -> builder.export(OfThisPackage.class, () -> "inner"));
        assertThat(server.instance().exports()).hasSize(2);
        server.close();
    }

    @Test
    void serverWithoutServicesSaysWhatIsMissing() {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> MoaServer.builder(moa).address(DOOR).start())
                .withMessage("A server exports at least one service: call export(...)");
    }

    @Test
    void serviceExportedTwiceIsNamed() {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> start(builder -> builder.export(Stock.class, new Shop())))
                .withMessage("shop.Stock count(java.lang.String) is exported twice by this server");
        start(any -> any).close();
    }

    @Test
    void unknownSerializerSaysWhichThereAre() {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> start(builder ->
                        builder.export(Prices.class, new Shop(), ExportConfig.DEFAULT.withSerializers("xml"))))
                .withMessageContaining("No serializer is called xml; there are hessian, json");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> start(builder -> builder.export(Misspelt.class, item -> 1)))
                .withMessageContaining("@MoaService of " + Misspelt.class.getName())
                .withMessageContaining("No serializer is called hesian; there are hessian, json");
    }

    @Test
    void serverOnAllAddressesMustSayWhichOneOthersAreToUse() {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> MoaServer.builder(moa)
                        .host("0.0.0.0")
                        .export(Stock.class, new Shop())
                        .start())
                .withMessageContaining("call advertise(");
    }

    private MoaServer start(UnaryOperator<MoaServer.Builder> settings) {
        return settings.apply(MoaServer.builder(moa)
                        .address(DOOR)
                        .closeOnShutdown(false)
                        .export(Stock.class, new Shop()))
                .start();
    }
}
