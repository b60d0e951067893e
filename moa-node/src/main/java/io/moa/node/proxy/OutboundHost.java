package io.moa.node.proxy;

import io.moa.client.MoaClient;
import io.moa.client.stub.JsonCalls;
import io.moa.discovery.ServiceId;
import io.moa.governance.policy.PolicyKey;
import io.moa.invoke.Attributes;
import io.moa.invoke.Executed;
import io.moa.invoke.Hints;
import io.moa.invoke.Invoker;
import io.moa.invoke.MethodId;
import io.moa.invoke.Reply;
import io.moa.invoke.Status;
import io.moa.protocol.serialize.JsonEnvelope;
import io.moa.protocol.serialize.JsonRequest;
import io.moa.protocol.serialize.JsonRequestReader;
import io.moa.server.resp.RespConfig;
import io.moa.server.resp.RespPasswords;
import io.moa.transport.Host;
import io.moa.transport.Peer;
import io.moa.transport.RespAnswer;
import io.moa.transport.RespHost;
import io.netty.buffer.ByteBuf;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;

/** What processes of this host reach over RESP to call others: every service, by the route of a client. Safe for many threads. */
final class OutboundHost implements Host, RespHost {

    private static final Invoker NOTHING_IS_SERVED = call -> CompletableFuture.completedFuture(Reply.failure(
            Status.UNIMPLEMENTED,
            Executed.NO,
            "This address calls others for processes of its host, over RESP, and serves nothing itself"));

    private static final Attributes.Key<Reply.Failure> REFUSAL = new Attributes.Key<>("refusal");

    private final Peer self;
    private final RespConfig config;
    private final RespPasswords passwords;
    private final MoaClient client;
    private final JsonCalls calls;
    private final JsonRequestReader reader;

    OutboundHost(Peer self, RespConfig config, MoaClient client, JsonRequestReader reader) {
        this.self = self;
        this.config = config;
        this.passwords = new RespPasswords(config.passwords());
        this.client = client;
        this.calls = client.jsonCalls();
        this.reader = reader;
    }

    @Override
    public Peer self() {
        return self;
    }

    /** Calls that came by RESP are prepared and go on; others are answered that nothing is served. */
    @Override
    public Invoker route() {
        return call -> {
            Reply.Failure refusal = call.attributes().get(REFUSAL);
            return refusal != null
                    ? CompletableFuture.completedFuture(refusal)
                    : calls.isPrepared(call) ? calls.invoke(call) : NOTHING_IS_SERVED.invoke(call);
        };
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
        return this;
    }

    @Override
    public Access access(boolean local) {
        return passwords.isAny()
                ? Access.PASSWORD
                : local || config.access() == RespConfig.Access.OPEN ? Access.OPEN : Access.CLOSED;
    }

    @Override
    public String whyClosed() {
        return "This proxy calls for processes of its own host alone: set a password in its file";
    }

    @Override
    public boolean isPassword(String user, byte[] password) {
        return passwords.is(user, password);
    }

    @Override
    public JsonRequest read(ByteBuf json, @Nullable JsonEnvelope last) {
        return reader.read(json, last);
    }

    @Override
    public Meant target(JsonRequest request) {
        String signature = request.signature();
        MethodId method;
        JsonCalls.Prepared prepared;
        try {
            method = signature != null
                    ? new MethodId(request.method(), signature)
                    : MethodId.untyped(request.method(), request.argumentCount());
            prepared = calls.prepare(request.service(), method);
        } catch (IllegalArgumentException e) {
            return new Unclear(Status.INVALID_ARGUMENT, String.valueOf(e.getMessage()));
        } catch (IllegalStateException closedOrFull) {
            return new Unclear(Status.UNAVAILABLE, String.valueOf(closedOrFull.getMessage()));
        }
        return new Target(
                method,
                prepared.attributes(),
                true,
                null,
                () -> prepared.policy().value(PolicyKey.TIMEOUT),
                false); // what is prepared now may be closed later
    }

    @Override
    public Attributes refused(Attributes facts, Status status, String why) {
        return Attributes.EMPTY.with(REFUSAL, Reply.failure(status, Executed.NO, why));
    }

    @Override
    public boolean endsCalls() {
        return true;
    }

    @Override
    public @Nullable CompletableFuture<RespAnswer> command(String name, List<String> arguments) {
        return switch (name) {
            case "MOA.HEALTH" -> CompletableFuture.completedFuture(new RespAnswer.Text("ready"));
            case "MOA.EXPLAIN" -> CompletableFuture.completedFuture(explain(arguments));
            default -> null;
        };
    }

    private RespAnswer explain(List<String> arguments) {
        if (arguments.size() != 1) {
            return new RespAnswer.Refusal("MOA.EXPLAIN <service>, such as MOA.EXPLAIN shop.Stock");
        }
        try {
            return new RespAnswer.Text(client.explain(ServiceId.parse(arguments.get(0))));
        } catch (IllegalArgumentException | IllegalStateException e) {
            return new RespAnswer.Refusal(String.valueOf(e.getMessage()));
        }
    }

    @Override
    public List<String> commands() {
        return List.of("MOA.EXPLAIN <service>", "MOA.HEALTH");
    }
}
