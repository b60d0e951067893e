package io.moa.transport.inprocess;

import io.moa.discovery.Address;
import io.moa.invoke.Scheduler;
import io.moa.invoke.Ticker;
import io.moa.transport.ConnectFailedException;
import io.moa.transport.Connection;
import io.moa.transport.Host;
import io.moa.transport.Listener;
import io.moa.transport.Peer;
import io.moa.transport.Transport;
import io.moa.transport.TransportConfig;
import io.moa.transport.Wanted;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * Carries calls between parts of one process, at {@code inproc:} addresses. Bodies are encoded and decoded as over a
 * socket, so that no object is shared by accident and nothing works here that fails there. Listeners and clients must use
 * the same transport object: it is their network.
 *
 * <p>It keeps the contract of {@link Transport}: deadlines end calls through the given scheduler, cancellations travel,
 * listeners drain. Safe for many threads.
 */
public final class InProcessTransport implements Transport {

    private final TransportConfig config;
    private final Ticker ticker;
    private final Scheduler scheduler;
    private final Map<String, InProcessListener> listeners = new ConcurrentHashMap<>();
    private final AtomicInteger names = new AtomicInteger();

    /**
     * Makes an empty network.
     *
     * @param config only its limit on bodies is used
     * @param scheduler ends calls whose time is up
     */
    public InProcessTransport(TransportConfig config, Ticker ticker, Scheduler scheduler) {
        this.config = config;
        this.ticker = ticker;
        this.scheduler = scheduler;
    }

    TransportConfig config() {
        return config;
    }

    Ticker ticker() {
        return ticker;
    }

    Scheduler scheduler() {
        return scheduler;
    }

    @Override
    public boolean supports(Address address) {
        return address instanceof Address.InProcess;
    }

    @Override
    public CompletableFuture<Listener> listen(Address address, Host host) {
        if (!(address instanceof Address.InProcess asked)) {
            return CompletableFuture.failedFuture(new IllegalArgumentException(unsupported(address)));
        }
        Address.InProcess named =
                asked.name().isEmpty() ? new Address.InProcess("listener-" + names.incrementAndGet()) : asked;
        InProcessListener listener = new InProcessListener(this, named, host);
        if (listeners.putIfAbsent(named.name(), listener) != null) {
            return CompletableFuture.failedFuture(
                    new IllegalStateException("Somebody listens at " + named + " already"));
        }
        return CompletableFuture.completedFuture(listener);
    }

    @Override
    public CompletableFuture<Connection> connect(Address address, Peer self, Wanted wanted) {
        if (!(address instanceof Address.InProcess named)) {
            return CompletableFuture.failedFuture(new ConnectFailedException(unsupported(address), null));
        }
        InProcessListener listener = listeners.get(named.name());
        if (listener == null) {
            return CompletableFuture.failedFuture(
                    new ConnectFailedException("Could not connect to " + address + ": nobody listens there", null));
        }
        return listener.accept(self, wanted);
    }

    void forget(InProcessListener listener) {
        listeners.remove(listener.address().name(), listener);
    }

    private static String unsupported(Address address) {
        return "This transport cannot use " + address + "; it carries inproc: addresses";
    }

    @Override
    public void close() {
        listeners.values().forEach(InProcessListener::close);
    }
}
