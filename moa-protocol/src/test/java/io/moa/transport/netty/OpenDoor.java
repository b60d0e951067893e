package io.moa.transport.netty;

import static org.assertj.core.api.Assertions.assertThat;

import io.moa.discovery.Address;
import io.moa.discovery.ServiceId;
import io.moa.invoke.Attributes;
import io.moa.invoke.Deadline;
import io.moa.invoke.Invocation;
import io.moa.invoke.Invoker;
import io.moa.invoke.Ledger;
import io.moa.invoke.MethodId;
import io.moa.invoke.Payload;
import io.moa.invoke.Phase;
import io.moa.invoke.Reply;
import io.moa.invoke.Ticker;
import io.moa.protocol.payload.BytesPayload;
import io.moa.testkit.Eventually;
import io.moa.transport.Host;
import io.moa.transport.Peer;
import io.moa.transport.TransportConfig;
import io.moa.transport.Wanted;
import io.moa.transport.WireForm;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import io.netty.buffer.Unpooled;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;

/** A transport with a listener whose route is the test's; when it closes, nothing may be held any more. */
final class OpenDoor implements AutoCloseable, Host {

    static final Duration PATIENCE = Duration.ofSeconds(30);

    static final int LOOPS = 2;

    /** A call of this number is not held back. */
    static final int IN_ORDER = 77;

    private static final WireForm FORM = new WireForm(RawPeer.TARGET, 1);

    final NettyTransport transport;
    final NettyListener listener;
    final AtomicLong standstills = new AtomicLong();
    private volatile Invoker route;

    OpenDoor(TransportConfig config, Invoker route) {
        this(config, route, Ticker.system());
    }

    OpenDoor(TransportConfig config, Invoker route, Ticker ticker) {
        this.route = route;
        this.transport = new NettyTransport(config, LOOPS, ticker, "robust");
        this.listener = (NettyListener)
                transport.listen(new Address.Tcp("127.0.0.1", 0), this).join();
    }

    void route(Invoker next) {
        route = next;
    }

    Address address() {
        return listener.address();
    }

    ClientConnection connect() {
        return connect(address());
    }

    ClientConnection connect(Address where) {
        return (ClientConnection) transport
                .connect(where, new Peer("client", "client-uuid"), new Wanted("", "", List.of(RawPeer.SERVICE)))
                .join();
    }

    /** A call with a body of its own. */
    static CompletableFuture<Reply> call(ClientConnection connection, ByteBuf body, Duration timeout) {
        return call(connection, invocation(body, timeout));
    }

    static CompletableFuture<Reply> call(ClientConnection connection, Invocation call) {
        return connection.invoke(call).whenComplete((reply, broken) -> call.payload()
                .release());
    }

    static Invocation invocation(ByteBuf body, Duration timeout) {
        Ticker ticker = Ticker.system();
        return Invocation.of(
                        RawPeer.SERVICE,
                        RawPeer.METHOD,
                        new BytesPayload(body),
                        new Ledger(Phase.CLIENT_QUEUE, ticker.nanos()))
                .deadline(Deadline.after(timeout, ticker))
                .attributes(Attributes.EMPTY.with(WireForm.KEY, FORM))
                .build();
    }

    /** A route that answers with the bytes it was given. */
    static CompletableFuture<Reply> echo(Invocation call) {
        Payload payload = call.payload() instanceof BytesPayload bytes
                ? new BytesPayload(bytes.content().copy())
                : Payload.EMPTY;
        return CompletableFuture.completedFuture(new Reply.Value(payload));
    }

    /** A route that answers with as many bytes as the request's number says. */
    static CompletableFuture<Reply> asManyAsAsked(Invocation call) {
        int size = ((BytesPayload) call.payload()).content().getInt(0);
        ByteBuf body = ByteBufAllocator.DEFAULT.buffer(size, size).writeZero(size);
        return CompletableFuture.completedFuture(new Reply.Value(new BytesPayload(body)));
    }

    static byte[] number(int value) {
        return new byte[] {(byte) (value >> 24), (byte) (value >> 16), (byte) (value >> 8), (byte) value};
    }

    static ByteBuf longBody(long value) {
        return Unpooled.buffer(8).writeLong(value);
    }

    /** The number in the reply's body. */
    static long longIn(Reply reply) {
        assertThat(reply).isInstanceOf(Reply.Value.class);
        BytesPayload payload = (BytesPayload) ((Reply.Value) reply).payload();
        long value = payload.content().getLong(0);
        payload.release();
        return value;
    }

    /** Waits until nothing is held. */
    void settled() {
        Eventually.within(PATIENCE)
                .until(
                        () -> listener.inFlight() == 0 && listener.heldBytes() == 0,
                        () -> listener.inFlight() + " in flight, " + listener.heldBytes() + " bytes held");
    }

    @Override
    public Peer self() {
        return new Peer("server", "server-uuid");
    }

    @Override
    public Invoker route() {
        return call -> route.invoke(call);
    }

    @Override
    public boolean serves(ServiceId service) {
        return service.equals(RawPeer.SERVICE);
    }

    @Override
    public @Nullable Attributes attributesOf(ServiceId service, MethodId method, int serializer) {
        return Attributes.EMPTY;
    }

    @Override
    public long standstills() {
        return standstills.get();
    }

    @Override
    public boolean isInOrder(Invocation call) {
        return call.payload() instanceof BytesPayload bytes && bytes.content().getInt(0) == IN_ORDER;
    }

    @Override
    public int load() {
        return 0;
    }

    @Override
    public void close() {
        try {
            settled();
        } finally {
            listener.close();
            transport.close();
        }
        assertThat(listener.connections()).isZero();
    }
}
