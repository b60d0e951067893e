package io.moa.node.proxy;

import io.moa.agent.RespSeat;
import io.moa.client.MoaClient;
import io.moa.discovery.ServiceId;
import io.moa.invoke.Attributes;
import io.moa.invoke.Executed;
import io.moa.invoke.Hints;
import io.moa.invoke.Invoker;
import io.moa.invoke.MethodId;
import io.moa.invoke.Reply;
import io.moa.invoke.Status;
import io.moa.server.resp.RespConfig;
import io.moa.transport.Host;
import io.moa.transport.Peer;
import io.moa.transport.RespHost;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;

/** What processes of this host reach over RESP to call others: every service, by the route of a client. Safe for many threads. */
final class OutboundHost implements Host {

    private static final Invoker NOTHING_IS_SERVED = call -> CompletableFuture.completedFuture(Reply.failure(
            Status.UNIMPLEMENTED,
            Executed.NO,
            "This address calls others for processes of its host, over RESP, and serves nothing itself"));

    private final Peer self;
    private final RespSeat seat;

    OutboundHost(Peer self, RespConfig config, MoaClient client) {
        this.self = self;
        this.seat = new RespSeat(new ConfiguredAdmission(config), client, (service, method) -> null);
    }

    @Override
    public Peer self() {
        return self;
    }

    /** Calls that came by RESP go on; others are answered that nothing is served. */
    @Override
    public Invoker route() {
        return call -> seat.isCall(call) ? seat.invoke(call) : NOTHING_IS_SERVED.invoke(call);
    }

    @Override
    public boolean serves(ServiceId service) {
        return false;
    }

    @Override
    public @Nullable Attributes attributesOf(ServiceId service, MethodId method, int serializer) {
        return null;
    }

    @Override
    public int load() {
        return Hints.UNKNOWN_LOAD;
    }

    @Override
    public RespHost resp() {
        return seat;
    }
}
