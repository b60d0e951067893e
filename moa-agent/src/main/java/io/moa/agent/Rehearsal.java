package io.moa.agent;

import io.moa.Moa;
import io.moa.client.MoaClient;
import io.moa.client.stub.ForwardedCalls;
import io.moa.discovery.Address;
import io.moa.invoke.Seat;
import io.moa.transport.Connection;
import io.moa.transport.Host;
import io.moa.transport.Listener;
import io.moa.transport.TransportConfig;
import io.moa.transport.Wanted;
import io.moa.transport.handover.HandOver;
import io.moa.transport.handover.HandOverConfig;
import io.moa.transport.handover.Predecessor;
import io.moa.transport.handover.Successor;
import io.moa.transport.handover.Takeover;
import io.moa.transport.netty.NettyTransport;
import java.io.IOException;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Hands connections over within this process, from one transport to another and back, before it is done with another process: whoever runs that for the first time loads
 * classes while all clients wait. Blocks; used by one thread.
 */
final class Rehearsal {

    private static final Logger LOG = LoggerFactory.getLogger(Rehearsal.class);

    private static final String DOOR = "door";
    private static final String RESP = "resp";
    private static final int CONNECTIONS = 2; // of MOA, and of RESP

    /** A whole command, and the beginning of another one, which moves as it is. */
    private static final String COMMANDS = "*1\r\n$4\r\nPING\r\n*2\r\n$3\r\nGE";

    private static final Duration PATIENCE = Duration.ofSeconds(5);

    private final Moa moa;
    private final MoaClient client;

    Rehearsal(Moa moa, MoaClient client) {
        this.moa = moa;
        this.client = client;
    }

    /**
     * Does so so often, or as often as the time allows.
     *
     * @return how often
     */
    int run(int times, Duration limit) {
        long end = moa.ticker().nanos() + limit.toNanos();
        Path folder;
        try {
            folder = Files.createTempDirectory(
                    "moa"); // of this user alone, and of a short name, as those of sockets have to be
        } catch (IOException e) {
            LOG.debug("a hand-over could not be rehearsed, and is done without", e);
            return 0;
        }
        Path door = folder.resolve("d");
        Path offers = folder.resolve("h");
        int done = 0;
        Standstill never = new Standstill(moa.ticker(), moa.scheduler());
        try (NettyTransport one = transport("one");
                NettyTransport other = transport("other")) {
            Admission admission = new Admission(Set.of(moa.self().application()), AgentProcess.ownUser(), null);
            RespSeat resp = new RespSeat(admission, client, (service, method) -> null);
            ForwardedCalls calls = client.forwardedCalls(Seat.LOCAL);
            AnnouncedMethods announced = new AnnouncedMethods(calls, 1);
            OutboundSeat seat = new OutboundSeat(
                    moa.self(), admission, calls, announced, never, question -> "", moa.callbacks(), null, resp);
            Listener listener =
                    one.listen(new Address.Unix(door.toString()), seat).get(PATIENCE.toSeconds(), TimeUnit.SECONDS);
            try (Clients clients = new Clients(door)) {
                for (; done < times && moa.ticker().nanos() - end < 0; done++) {
                    boolean even = done % 2 == 0;
                    listener =
                            handedOver(even ? one : other, even ? other : one, listener, offers, seat, announced, resp);
                    clients.goOn();
                }
            } finally {
                listener.close();
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        } catch (IOException | ExecutionException | TimeoutException | RuntimeException e) {
            LOG.debug("a hand-over could not be rehearsed, and is done without", e);
        } finally {
            never.close();
            remove(door);
            remove(offers);
            remove(folder);
        }
        return done;
    }

    private NettyTransport transport(String name) {
        return new NettyTransport(TransportConfig.DEFAULT, 1, moa.ticker(), "rehearsal-" + name);
    }

    private Listener handedOver(
            NettyTransport from,
            NettyTransport to,
            Listener listener,
            Path offers,
            Host host,
            AnnouncedMethods announced,
            RespSeat resp)
            throws InterruptedException, ExecutionException, TimeoutException {
        byte[] nonce = new byte[UpgradeFolder.NONCE_BYTES];
        moa.chance().nextBytes(nonce);
        HandOver offer = from.offer(
                offers,
                nonce,
                new Predecessor() {
                    @Override
                    public Map<String, Listener> listeners() {
                        return Map.of(DOOR, listener);
                    }

                    @Override
                    public Map<String, byte[]> luggage() {
                        return Map.of(
                                DOOR, AgentProcess.text(announced.lines()), RESP, AgentProcess.text(resp.lines()));
                    }
                },
                HandOverConfig.DEFAULT);
        Takeover taken = to.takeOver(
                        offers,
                        nonce,
                        new Successor() {
                            @Override
                            public Host host(String name, Address address) {
                                return host;
                            }

                            @Override
                            public void luggage(String name, byte[] bytes) {
                                List<String> lines = AgentProcess.lines(bytes);
                                if (name.equals(RESP)) {
                                    resp.takeLines(lines);
                                } else {
                                    announced.takeLines(lines);
                                }
                            }
                        },
                        HandOverConfig.DEFAULT)
                .get(PATIENCE.toSeconds(), TimeUnit.SECONDS);
        offer.ended().get(PATIENCE.toSeconds(), TimeUnit.SECONDS);
        Listener moved = taken.listeners().get(DOOR);
        if (moved == null) {
            throw new IllegalStateException("the door was not taken over");
        }
        return moved;
    }

    private static void remove(Path file) {
        try {
            Files.deleteIfExists(file);
        } catch (IOException e) {
            LOG.debug("{} stays behind", file, e);
        }
    }

    /** Those who are handed over. */
    private final class Clients implements AutoCloseable {
        private final List<Connection> moaConnections = new ArrayList<>();
        private final List<SocketChannel> respConnections = new ArrayList<>();

        Clients(Path door) throws IOException, InterruptedException, ExecutionException, TimeoutException {
            for (int i = 0; i < CONNECTIONS; i++) {
                moaConnections.add(moa.transport()
                        .connect(
                                new Address.Unix(door.toString()),
                                moa.self(),
                                new Wanted(moa.self().application(), "", List.of()))
                        .get(PATIENCE.toSeconds(), TimeUnit.SECONDS));
                SocketChannel resp = SocketChannel.open(UnixDomainSocketAddress.of(door));
                respConnections.add(resp);
                resp.write(ByteBuffer.wrap(COMMANDS.getBytes(StandardCharsets.US_ASCII)));
            }
        }

        /** Whoever has them reads of them. */
        void goOn() throws InterruptedException, ExecutionException, TimeoutException {
            for (Connection each : moaConnections) {
                each.ping().get(PATIENCE.toSeconds(), TimeUnit.SECONDS);
            }
        }

        @Override
        public void close() throws IOException {
            for (Connection each : moaConnections) {
                each.close();
            }
            for (SocketChannel each : respConnections) {
                each.close();
            }
        }
    }
}
