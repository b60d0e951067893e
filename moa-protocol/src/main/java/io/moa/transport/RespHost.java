package io.moa.transport;

import io.moa.invoke.Attributes;
import io.moa.invoke.MethodId;
import io.moa.invoke.Status;
import io.moa.protocol.serialize.JsonEnvelope;
import io.moa.protocol.serialize.JsonRequest;
import io.netty.buffer.ByteBuf;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** What a listener asks of the server behind it to answer clients that speak RESP. Safe for many threads; nothing blocks. */
public interface RespHost {

    /** What a client has to do before it may call. */
    enum Access {
        /** Nothing. */
        OPEN,
        /** It says a password first. */
        PASSWORD,
        /** It may not, whatever it says. */
        CLOSED
    }

    /** @param local whether the client is on this host: it came over the loopback interface, or a Unix socket */
    Access access(boolean local);

    /** Why {@link Access#CLOSED}, and which setting changes it: one line for people. */
    String whyClosed();

    /** Whether that is the password of this user; takes as long whether it is or not. */
    boolean isPassword(String user, byte[] password);

    /**
     * Reads a request.
     *
     * @param json of which what is returned is a view
     * @param last what the request before on this connection said, which saves time if this one says the same; null if there is none
     * @throws io.moa.protocol.serialize.SerializationException if it is none
     */
    JsonRequest read(ByteBuf json, @Nullable JsonEnvelope last);

    /** The method that a request means, or why there is none. */
    Meant target(JsonRequest request);

    /**
     * What a call carries that is not run: it goes the way of all calls, so that whoever is told of those is told of this one, and is then answered so.
     *
     * @param facts those of the method, if it is known which one is meant; else {@link Attributes#EMPTY}
     * @param status answers the call
     * @param why for people
     */
    Attributes refused(Attributes facts, Status status, String why);

    /**
     * Whether the route ends calls itself when their time is up, as a client's does, and then says where it went; so the connection waits a moment for
     * that.
     */
    default boolean endsCalls() {
        return false;
    }

    /** What a request means. */
    sealed interface Meant {}

    /**
     * A method that may be called.
     *
     * @param method as calls name it
     * @param attributes the facts that its calls carry
     * @param asSent whether arguments are handed on as they came, by position or by name, because who answers knows the names; else they become a
     *     list
     * @param parameters their names in order; null if they are not known
     * @param timeout how long a call may take that does not say; positive
     * @param whateverArguments whether any request with the same {@linkplain JsonRequest#envelope() envelope} means this target, too
     */
    record Target(
            MethodId method,
            Attributes attributes,
            boolean asSent,
            @Nullable List<String> parameters,
            Supplier<Duration> timeout,
            boolean whateverArguments)
            implements Meant {

        /** One whose arguments become a list, meant by every request that names it so. */
        public Target(MethodId method, Attributes attributes, @Nullable List<String> parameters, Duration timeout) {
            this(method, attributes, false, parameters, () -> timeout, true);
        }
    }

    /**
     * None that is known here, or several.
     *
     * @param status answers the call
     * @param why for people
     */
    record Unclear(Status status, String why) implements Meant {}

    /**
     * A command other than those of calls and of the connection, such as {@code MOA.LIST}.
     *
     * @param name in upper case
     * @return its answer; null if there is no such command
     */
    @Nullable
    CompletableFuture<RespAnswer> command(String name, List<String> arguments);

    /** The names of these commands, for the message to who asks for another one. */
    List<String> commands();
}
