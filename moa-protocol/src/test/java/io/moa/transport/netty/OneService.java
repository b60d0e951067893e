package io.moa.transport.netty;

import io.moa.invoke.Attributes;
import io.moa.invoke.Executed;
import io.moa.invoke.MethodId;
import io.moa.invoke.Reply;
import io.moa.invoke.Status;
import io.moa.protocol.serialize.JsonEnvelope;
import io.moa.protocol.serialize.JsonRequest;
import io.moa.protocol.serialize.JsonRequestReader;
import io.moa.protocol.serialize.SerializationLimits;
import io.moa.transport.RespAnswer;
import io.moa.transport.RespHost;
import io.netty.buffer.ByteBuf;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;

/**
 * What a server behind a door of RESP knows: two services, all of whose methods are one, and perhaps a password.
 *
 * @param password null if there is none
 * @param endsCalls whether its route ends calls at their deadline
 */
record OneService(@Nullable String password, boolean endsCalls) implements RespHost {

    OneService(@Nullable String password) {
        this(password, false);
    }

    /** What a call carries that is not run. */
    static final Attributes.Key<Reply.Failure> REFUSED = new Attributes.Key<>("refused");

    private static final JsonRequestReader READER = new JsonRequestReader(SerializationLimits.DEFAULTS);

    private static final Target RESERVE = new Target(
            MethodId.parse("reserve(java.lang.String)"), Attributes.EMPTY, List.of("item"), Duration.ofHours(1));
    private static final Target M = new Target(MethodId.parse("m()"), Attributes.EMPTY, List.of(), Duration.ofHours(1));

    /** A small request, as of real services. */
    static final String CALL = "{\"service\":\"shop.Stock\",\"method\":\"reserve\",\"args\":[\"top\"]}";

    /** As small as one can be. */
    static final String SMALLEST = "{\"service\":\"s\",\"method\":\"m\"}";

    /** Commands as they stand on the wire. */
    static String command(String... arguments) {
        StringBuilder wire = new StringBuilder("*" + arguments.length + "\r\n");
        for (String each : arguments) {
            wire.append('$').append(each.length()).append("\r\n").append(each).append("\r\n");
        }
        return wire.toString();
    }

    @Override
    public Access access(boolean local) {
        return password == null ? Access.OPEN : Access.PASSWORD;
    }

    @Override
    public String whyClosed() {
        return "";
    }

    @Override
    public boolean isPassword(String user, byte[] said) {
        return password != null && Arrays.equals(password.getBytes(StandardCharsets.UTF_8), said);
    }

    @Override
    public JsonRequest read(ByteBuf json, @Nullable JsonEnvelope last) {
        return READER.read(json, last);
    }

    @Override
    public Meant target(JsonRequest request) {
        return switch (request.service().name()) {
            case "shop.Stock" -> RESERVE;
            case "s" -> M;
            default -> new Unclear(Status.UNIMPLEMENTED, "not here");
        };
    }

    @Override
    public Attributes refused(Attributes facts, Status status, String why) {
        return Attributes.EMPTY.with(REFUSED, Reply.failure(status, Executed.NO, why));
    }

    @Override
    public @Nullable CompletableFuture<RespAnswer> command(String name, List<String> arguments) {
        return null;
    }

    @Override
    public List<String> commands() {
        return List.of();
    }
}
