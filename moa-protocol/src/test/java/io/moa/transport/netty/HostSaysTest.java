package io.moa.transport.netty;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.moa.discovery.Address;
import io.moa.discovery.ServiceId;
import io.moa.invoke.Attributes;
import io.moa.invoke.Executed;
import io.moa.invoke.Invoker;
import io.moa.invoke.MethodId;
import io.moa.invoke.Reply;
import io.moa.invoke.Status;
import io.moa.invoke.Ticker;
import io.moa.protocol.frame.CallHeader;
import io.moa.protocol.frame.Target;
import io.moa.transport.ConnectFailedException;
import io.moa.transport.Connection;
import io.moa.transport.Host;
import io.moa.transport.Peer;
import io.moa.transport.TransportConfig;
import io.moa.transport.Wanted;
import io.moa.transport.WireForm;
import io.netty.buffer.Unpooled;
import io.netty.channel.epoll.Epoll;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** A listener asks its host who may connect, who may call, and what is known of a method that was announced. */
@Timeout(120)
class HostSaysTest implements Host {

    private static final Attributes.Key<String> KNOWN_AS = new Attributes.Key<>("known as");

    @TempDir
    private Path folder;

    private final NettyTransport transport = new NettyTransport(TransportConfig.DEFAULT, 1, Ticker.system(), "host");

    private final List<Integer> users = new CopyOnWriteArrayList<>();
    private final List<String> credentials = new CopyOnWriteArrayList<>();
    private final List<Target> asked = new CopyOnWriteArrayList<>();
    private final Map<String, Attributes> announced = new ConcurrentHashMap<>();
    private volatile boolean admits = true;
    private volatile @Nullable String refusal;
    private Address at = new Address.Tcp("127.0.0.1", 0);

    @BeforeEach
    void listen() {
        Assumptions.assumeTrue(Epoll.isAvailable(), "Unix sockets need epoll");
        at = new Address.Unix(folder.resolve("s").toString());
        transport.listen(at, this).join();
    }

    @AfterEach
    void close() {
        transport.close();
    }

    private Connection connect(String credential) {
        return transport
                .connect(at, new Peer("client", "client-1"), new Wanted("", "", List.of(RawPeer.SERVICE), credential))
                .join();
    }

    /** What was known of a call under a name; empty for nothing. */
    private static String call(Connection connection, String id) {
        WireForm form = new WireForm(CallHeader.encodeTarget(new Target(RawPeer.SERVICE, RawPeer.METHOD, 1, id)), 1);
        Reply reply = OpenDoor.call(
                        (ClientConnection) connection,
                        OpenDoor.invocation(Unpooled.EMPTY_BUFFER, OpenDoor.PATIENCE).toBuilder()
                                .attributes(Attributes.EMPTY.with(WireForm.KEY, form))
                                .build())
                .join();
        return ((Reply.Failure) reply).message();
    }

    @Test
    void theUserIsTheOneThatTheSystemNames() throws Exception {
        connect("").close();
        assertThat(users).containsExactly((Integer) Files.getAttribute(Path.of("/proc/self"), "unix:uid"));
    }

    @Test
    void whoseUserIsNotAdmittedIsClosedBeforeTheHandshake() {
        admits = false;
        assertThatThrownBy(() -> connect("secret")).hasCauseInstanceOf(ConnectFailedException.class);
        assertThat(users).hasSize(1);
        assertThat(credentials).isEmpty();
        admits = true;
        assertThat(connect("").usable()).isTrue();
    }

    @Test
    void overTcpNoUserIsAskedFor() {
        at = transport.listen(new Address.Tcp("127.0.0.1", 0), this).join().address();
        admits = false;
        assertThat(connect("").usable()).isTrue();
        assertThat(users).isEmpty();
    }

    @Test
    void whoIsRefusedIsToldWhy() {
        refusal = "it does not like you";
        assertThatThrownBy(() -> connect("secret"))
                .hasCauseInstanceOf(ConnectFailedException.class)
                .hasMessageContaining("it does not like you")
                .hasMessageNotContaining("secret");
        assertThat(credentials).containsExactly("client secret");
    }

    @Test
    void whatIsKnownOfAMethodIsAskedForOnceAndWhatIsNotIsAskedForAgain() {
        Connection connection = connect("");
        assertThat(call(connection, "7f")).isEmpty();
        assertThat(call(connection, "7f")).isEmpty();
        assertThat(asked).hasSize(2);
        announced.put("7f", Attributes.EMPTY.with(KNOWN_AS, "seven"));
        assertThat(call(connection, "7f")).isEqualTo("seven");
        assertThat(call(connection, "7f")).isEqualTo("seven");
        assertThat(asked)
                .hasSize(3)
                .allMatch(each -> each.equals(new Target(RawPeer.SERVICE, RawPeer.METHOD, 1, "7f")));
        announced.put("80", Attributes.EMPTY.with(KNOWN_AS, "eight"));
        assertThat(call(connection, "80")).isEqualTo("eight");
        assertThat(call(connect(""), "7f")).isEqualTo("seven");
    }

    // ---- what the host says

    @Override
    public boolean admitsUser(int uid) {
        users.add(uid);
        return admits;
    }

    @Override
    public @Nullable String refusal(Peer peer, byte[] credential) {
        credentials.add(peer.application() + " " + new String(credential, StandardCharsets.UTF_8));
        return refusal;
    }

    @Override
    public @Nullable Attributes attributesOf(Target target) {
        asked.add(target);
        return announced.get(target.announcement());
    }

    @Override
    public @Nullable Attributes attributesOf(ServiceId service, MethodId method, int serializer) {
        throw new AssertionError("it is asked for the target");
    }

    @Override
    public Invoker route() {
        return call -> {
            String known = call.attributes().get(KNOWN_AS);
            return CompletableFuture.completedFuture(
                    Reply.failure(Status.UNSUPPORTED, Executed.NO, known == null ? "" : known));
        };
    }

    @Override
    public Peer self() {
        return new Peer("server", "server-1");
    }

    @Override
    public boolean serves(ServiceId service) {
        return true;
    }

    @Override
    public int load() {
        return 0;
    }
}
