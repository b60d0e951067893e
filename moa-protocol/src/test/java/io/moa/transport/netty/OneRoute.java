package io.moa.transport.netty;

import io.moa.discovery.ServiceId;
import io.moa.invoke.Attributes;
import io.moa.invoke.Invoker;
import io.moa.invoke.MethodId;
import io.moa.transport.Host;
import io.moa.transport.Peer;
import io.moa.transport.RespHost;
import org.jspecify.annotations.Nullable;

/** A server of which nothing is known but the route of its calls, and perhaps how it answers RESP. */
record OneRoute(Invoker route, @Nullable RespHost resp) implements Host {

    OneRoute(Invoker route) {
        this(route, null);
    }

    @Override
    public Peer self() {
        return new Peer("server", "server-uuid");
    }

    @Override
    public boolean serves(ServiceId service) {
        return true;
    }

    @Override
    public Attributes attributesOf(ServiceId service, MethodId method, int serializer) {
        return Attributes.EMPTY;
    }

    @Override
    public int load() {
        return 0;
    }
}
