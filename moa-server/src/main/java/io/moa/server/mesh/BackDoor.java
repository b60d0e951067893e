package io.moa.server.mesh;

import io.moa.Moa;
import io.moa.discovery.Address;
import io.moa.discovery.ServiceId;
import io.moa.invoke.Attributes;
import io.moa.invoke.Invoker;
import io.moa.invoke.MethodId;
import io.moa.server.network.UnixSocketConfig;
import io.moa.server.network.UnixSocketFile;
import io.moa.transport.Host;
import io.moa.transport.Listener;
import io.moa.transport.Peer;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.SecureRandom;
import java.util.HexFormat;
import java.util.concurrent.CompletionException;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Where a server takes the calls that its agent passes on. Behind it no gate stands, as the agent has them; so only the agent is let in, which was
 * told a secret over its own socket. Safe for many threads.
 */
final class BackDoor implements AutoCloseable {

    private static final Logger LOG = LoggerFactory.getLogger(BackDoor.class);
    private static final int SECRET_BYTES = 32;
    private static final long LISTEN_SECONDS = 10;

    private final Listener listener;
    private final Address address;
    private final String secret;
    private final @Nullable UnixSocketFile file;

    private BackDoor(Listener listener, Address address, String secret, @Nullable UnixSocketFile file) {
        this.listener = listener;
        this.address = address;
        this.secret = secret;
        this.file = file;
    }

    /**
     * Opens it: beside the agent's socket, where only this user gets; else at a free port of the loopback address.
     *
     * @param served what is served there, by the route without gates
     * @param agent where the agent listens
     * @throws IllegalStateException if it cannot be opened; the message says why
     */
    static BackDoor open(Moa moa, Host served, Address agent) {
        byte[] bytes = new byte[SECRET_BYTES];
        new SecureRandom().nextBytes(bytes);
        String secret = HexFormat.of().formatHex(bytes);
        Host host = new AgentOnly(served, secret.getBytes(StandardCharsets.UTF_8));
        if (agent instanceof Address.InProcess) {
            Address.InProcess own = new Address.InProcess("behind-" + moa.self().instance());
            return new BackDoor(listen(moa, own, host), own, secret, null);
        }
        BackDoor beside = agent instanceof Address.Unix unix ? beside(moa, unix, host, secret) : null;
        if (beside != null) {
            return beside;
        }
        Listener door = listen(moa, new Address.Tcp("127.0.0.1", 0), host);
        return new BackDoor(door, door.address(), secret, null);
    }

    private static @Nullable BackDoor beside(Moa moa, Address.Unix agent, Host host, String secret) {
        UnixSocketFile file = null;
        Listener door = null;
        try {
            Path folder = Path.of(agent.path()).getParent();
            if (folder == null || !moa.transport().supports(agent)) {
                return null;
            }
            file = UnixSocketFile.prepare(
                    UnixSocketConfig.in(folder),
                    moa.self().application() + "-behind",
                    moa.self().instance() + " behind its agent",
                    System::getProperty,
                    System::getenv);
            door = listen(moa, file.binding(), host);
            file.publish();
            return new BackDoor(door, file.address(), secret, file);
        } catch (IOException | IllegalStateException e) {
            LOG.debug("no socket beside {}", agent, e);
            if (door != null) {
                door.close();
            }
            remove(file);
            return null;
        }
    }

    private static Listener listen(Moa moa, Address where, Host host) {
        try {
            return moa.transport()
                    .listen(where, host)
                    .orTimeout(LISTEN_SECONDS, TimeUnit.SECONDS)
                    .join();
        } catch (CompletionException e) {
            throw new IllegalStateException(
                    "Cannot listen on " + where + ": "
                            + (e.getCause() == null ? e : e.getCause().getMessage()),
                    e.getCause());
        }
    }

    Address address() {
        return address;
    }

    String secret() {
        return secret;
    }

    Listener listener() {
        return listener;
    }

    private static void remove(@Nullable UnixSocketFile file) {
        try {
            if (file != null) {
                file.remove();
            }
        } catch (IOException e) { // the next server of this folder finds that nobody listens there
            LOG.debug("{} stays behind", file.address(), e);
        }
    }

    @Override
    public void close() {
        listener.close();
        remove(file);
    }

    /** What is served, for whoever knows the secret. */
    private static final class AgentOnly implements Host {
        private final Host served;
        private final byte[] secret;

        AgentOnly(Host served, byte[] secret) {
            this.served = served;
            this.secret = secret;
        }

        @Override
        public Peer self() {
            return served.self();
        }

        @Override
        public Invoker route() {
            return served.route();
        }

        @Override
        public boolean serves(ServiceId service) {
            return served.serves(service);
        }

        @Override
        public @Nullable Attributes attributesOf(ServiceId service, MethodId method, int serializer) {
            return served.attributesOf(service, method, serializer);
        }

        @Override
        public int load() {
            return served.load();
        }

        @Override
        public @Nullable String refusal(Peer peer, byte[] credential) {
            return MessageDigest.isEqual(secret, credential)
                    ? null
                    : "this door is for the agent of " + served.self() + " alone; call it where the registry says";
        }
    }
}
