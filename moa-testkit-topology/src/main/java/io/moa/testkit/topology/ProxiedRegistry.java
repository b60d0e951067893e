package io.moa.testkit.topology;

import io.moa.discovery.Address;
import io.moa.discovery.CatalogueChange;
import io.moa.discovery.Instance;
import io.moa.discovery.Registry;
import io.moa.discovery.ServiceId;
import io.moa.discovery.Snapshot;
import io.moa.testkit.ChaosProxy;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Consumer;

/**
 * Announces, in place of a server's sockets, proxies that lead there: so whoever finds the server in the registry comes
 * through a network that can be broken, and neither side knows. Closing it closes the proxies and not the registry.
 */
final class ProxiedRegistry implements Registry {

    private final Registry inner;
    private final Map<Address.Tcp, ChaosProxy> proxies = new ConcurrentHashMap<>();

    ProxiedRegistry(Registry inner) {
        this.inner = inner;
    }

    /** The one proxy of the one server. */
    ChaosProxy proxy() {
        return proxies.values().iterator().next();
    }

    @Override
    public Registration register(Instance instance) {
        return new ProxiedRegistration(inner.register(proxied(instance)));
    }

    @Override
    public Subscription subscribe(ServiceId service, Consumer<Snapshot> listener) {
        return inner.subscribe(service, listener);
    }

    @Override
    public boolean outlivesProcess() {
        return inner.outlivesProcess();
    }

    @Override
    public CatalogueSubscription subscribeAll(Consumer<CatalogueChange> listener) {
        return inner.subscribeAll(listener);
    }

    private Instance proxied(Instance instance) {
        List<Address> addresses = new ArrayList<>();
        for (Address address : instance.addresses()) {
            if (address instanceof Address.Tcp tcp) {
                ChaosProxy proxy = proxies.computeIfAbsent(tcp, to -> ChaosProxy.to(to.host(), to.port()));
                addresses.add(new Address.Tcp(proxy.address().getAddress().getHostAddress(), proxy.port()));
            } else {
                addresses.add(address);
            }
        }
        return instance.withAddresses(addresses);
    }

    @Override
    public void close() {
        proxies.values().forEach(ChaosProxy::close);
    }

    @Override
    public String toString() {
        return "ProxiedRegistry[" + proxies.values() + "]";
    }

    private final class ProxiedRegistration implements Registration {
        private final Registration registration;

        ProxiedRegistration(Registration registration) {
            this.registration = registration;
        }

        @Override
        public CompletableFuture<Void> registered() {
            return registration.registered();
        }

        @Override
        public void update(Instance instance) {
            registration.update(proxied(instance));
        }

        @Override
        public void offline() {
            registration.offline();
        }

        @Override
        public void online() {
            registration.online();
        }

        @Override
        public void close() {
            registration.close();
        }

        @Override
        public CompletableFuture<Void> withdrawn() {
            return registration.withdrawn();
        }
    }
}
