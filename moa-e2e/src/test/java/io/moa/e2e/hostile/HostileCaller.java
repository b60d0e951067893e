package io.moa.e2e.hostile;

import io.moa.discovery.Address;
import io.moa.discovery.ServiceId;
import io.moa.invoke.Attributes;
import io.moa.invoke.Deadline;
import io.moa.invoke.Invocation;
import io.moa.invoke.Ledger;
import io.moa.invoke.MethodId;
import io.moa.invoke.Phase;
import io.moa.invoke.Reply;
import io.moa.invoke.Ticker;
import io.moa.protocol.frame.CallHeader;
import io.moa.protocol.payload.BytesPayload;
import io.moa.transport.Connection;
import io.moa.transport.Peer;
import io.moa.transport.TransportConfig;
import io.moa.transport.Wanted;
import io.moa.transport.WireForm;
import io.moa.transport.netty.NettyTransport;
import io.netty.buffer.Unpooled;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;

/** A caller that keeps to the protocol of connections and sends bodies of its own making, on one connection. */
final class HostileCaller implements AutoCloseable {

    private static final Duration PATIENCE = Duration.ofSeconds(60);

    private final ServiceId service;
    private final NettyTransport transport;
    private final Connection connection;

    HostileCaller(ServiceId service, Address address) {
        this.service = service;
        TransportConfig patient = TransportConfig.DEFAULT.toBuilder()
                .connectTimeout(PATIENCE)
                .heartbeatLimit(PATIENCE)
                .build();
        this.transport = new NettyTransport(patient, 1, Ticker.system(), "hostile");
        this.connection = transport
                .connect(address, new Peer("hostile", "hostile-uuid"), Wanted.ANYONE)
                .join();
    }

    /** Calls and waits; the result's bytes are freed. */
    Reply call(String method, int serializer, byte[] body) {
        return start(method, serializer, body).join();
    }

    Reply call(String method, int serializer, String body) {
        return call(method, serializer, body.getBytes(StandardCharsets.UTF_8));
    }

    private CompletableFuture<Reply> start(String method, int serializer, byte[] body) {
        MethodId id = MethodId.parse(method);
        Ticker ticker = Ticker.system();
        Invocation call = Invocation.of(
                        service,
                        id,
                        new BytesPayload(Unpooled.wrappedBuffer(body)),
                        new Ledger(Phase.CLIENT_QUEUE, ticker.nanos()))
                .deadline(Deadline.after(PATIENCE, ticker))
                .attributes(Attributes.EMPTY.with(
                        WireForm.KEY, new WireForm(CallHeader.encodeTarget(service, id, serializer), serializer)))
                .build();
        return connection.invoke(call).whenComplete((reply, broken) -> {
            call.payload().release();
            if (reply instanceof Reply.Value value) {
                value.payload().release();
            }
        });
    }

    /** Whether the connection is still the one that was opened first. */
    boolean connected() {
        return connection.usable();
    }

    @Override
    public void close() {
        connection.close();
        transport.close();
    }
}
