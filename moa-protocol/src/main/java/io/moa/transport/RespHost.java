package io.moa.transport;

import io.moa.invoke.Attributes;
import io.moa.invoke.MethodId;
import io.moa.protocol.serialize.JsonRequest;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;

/** What a listener asks of the server behind it to answer clients that speak RESP, the protocol of Redis. Safe for many threads; nothing blocks. */
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
     * The method that a request means.
     *
     * @throws io.moa.protocol.serialize.SerializationException if there is none, or more than one, saying which there are
     */
    Target target(JsonRequest request);

    /**
     * A method that may be called.
     *
     * @param method as calls name it
     * @param attributes the facts that its calls carry
     * @param parameters their names in order; null if they are not known
     * @param timeoutMillis how long a call may take that does not say; positive
     */
    record Target(
            MethodId method,
            Attributes attributes,
            @Nullable List<String> parameters,
            long timeoutMillis) {}

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
