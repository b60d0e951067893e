package io.moa.node.doctor;

import com.sun.management.UnixOperatingSystemMXBean;
import io.moa.client.disk.DiskConfig;
import io.moa.server.health.HealthConfig;
import io.moa.server.network.AddressChoice;
import io.moa.server.network.AddressChooser;
import io.moa.server.network.ListenConfig;
import io.moa.server.network.ListenPlan;
import io.moa.server.network.LocalNetwork;
import io.moa.server.network.NetworkCard;
import io.moa.server.network.UnixSocketConfig;
import io.moa.transport.HostId;
import io.moa.transport.TransportConfig;
import io.moa.transport.netty.NettyTransport;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.net.InetAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;

/** What can be said of a host without asking anybody else. */
public final class HostChecks {

    private static final long FEW_FILES = 4_096;
    private static final long TOO_FEW_FILES = 256;
    private static final long JUMP_MILLIS = 100;

    private HostChecks() {}

    /**
     * Which address a server of this host announces with its settings, and which it would choose.
     *
     * @param towardsRegistry the address from which this host reaches the registry; null if not known
     */
    public static List<Finding> network(
            List<NetworkCard> cards,
            @Nullable InetAddress towardsRegistry,
            UnaryOperator<@Nullable String> property,
            UnaryOperator<@Nullable String> variable) {
        Finding best;
        try {
            AddressChoice choice =
                    AddressChooser.choose(cards, AddressChooser.AUTO, towardsRegistry, LocalNetwork::resolve);
            best = Finding.ok("network", "host(\"auto\") would choose " + choice);
        } catch (IllegalArgumentException e) {
            best = Finding.warn(
                    "network",
                    String.valueOf(e.getMessage()),
                    "processes of other hosts cannot reach a server here",
                    "bring an interface up, or say which one to use with MOA_SERVER_HOST");
        }
        return List.of(best, configured(cards, towardsRegistry, property, variable));
    }

    private static Finding configured(
            List<NetworkCard> cards,
            @Nullable InetAddress towardsRegistry,
            UnaryOperator<@Nullable String> property,
            UnaryOperator<@Nullable String> variable) {
        try {
            HealthConfig.over(null, property, variable);
            UnixSocketConfig.OFF.over(property, variable);
            ListenPlan plan = ListenConfig.DEFAULT
                    .over(property, variable)
                    .plan(cards, towardsRegistry, LocalNetwork::resolve, true);
            String what = "a server that says nothing in its code listens on "
                    + plan.bind().host() + " and announces " + plan.host();
            boolean loopback = plan.host().startsWith("127.") || plan.host().equals("localhost");
            return loopback && towardsRegistry != null
                    ? Finding.warn(
                            "address",
                            what,
                            "only this host reaches it, and the registry is on another one",
                            "set MOA_SERVER_HOST=auto, or call host(\"auto\")")
                    : Finding.ok("address", what);
        } catch (IllegalArgumentException e) {
            return Finding.fail(
                    "address",
                    String.valueOf(e.getMessage()),
                    "a server does not start with these settings",
                    "change what is named there: a variable such as MOA_SERVER_HOST, or its property, moa.server.host");
        }
    }

    /** The limit of open files of this process, which its user and shell gave it. */
    public static Finding files() {
        return ManagementFactory.getOperatingSystemMXBean() instanceof UnixOperatingSystemMXBean unix
                ? files(unix.getMaxFileDescriptorCount(), unix.getOpenFileDescriptorCount())
                : Finding.ok("open files", "this system does not tell its limit");
    }

    static Finding files(long most, long open) {
        long connections = Math.max(16, Math.min(TransportConfig.DEFAULT.maxConnections(), most / 2));
        String what = open + " of " + most + " are open; a listener takes up to " + connections + " connections";
        String why = "a server that is out of files takes no connections, and each connection is one";
        String todo = "raise it: ulimit -n 65536, LimitNOFILE= of systemd, or the limit of the container";
        return most < TOO_FEW_FILES
                ? Finding.fail("open files", what, why, todo)
                : most < FEW_FILES ? Finding.warn("open files", what, why, todo) : Finding.ok("open files", what);
    }

    /** Whether native epoll is there, and why not. */
    public static Finding epoll() {
        String obstacle = NettyTransport.nativeObstacle();
        return obstacle == null
                ? Finding.ok("transport", "native epoll")
                : Finding.warn(
                        "transport",
                        "NIO, because native epoll is not available: " + obstacle,
                        "there are no Unix sockets and no TCP_USER_TIMEOUT without it",
                        "use Linux on x86_64 or aarch64 with glibc, and netty-transport-native-epoll on the class path");
    }

    /** Whether processes of this host can be told from those of others. */
    public static Finding hostId() {
        return hostId(HostId.ofThisProcess());
    }

    static Finding hostId(String id) {
        return id.isEmpty()
                ? Finding.warn(
                        "host id",
                        "this host cannot be told from others: boot id, namespaces or root folder cannot be read",
                        "servers announce no Unix socket and clients use none",
                        "nothing, if TCP is enough; else let the process read /proc/sys/kernel/random/boot_id and"
                                + " /proc/self/ns")
                : Finding.ok("host id", id);
    }

    /** Whether clients can keep what they know. */
    public static Finding snapshots(DiskConfig config) {
        Path folder = config.folder();
        if (folder == null) {
            return Finding.warn(
                    "snapshots",
                    "off",
                    "a client that starts while its registry is away knows nobody",
                    "take MOA_CLIENT_SNAPSHOTS=off away");
        }
        try {
            Path there = folder.toAbsolutePath();
            for (Path above = there; !Files.exists(there) && above != null; above = above.getParent()) {
                there = above; // the client makes what is missing, so what counts is where it would have to begin
            }
            Files.delete(Files.createTempFile(there, "doctor", ".tmp"));
            return Finding.ok(
                    "snapshots", folder + " can be written" + (Files.exists(folder) ? "" : " once it is needed"));
        } catch (IOException e) {
            return Finding.fail(
                    "snapshots",
                    folder + " cannot be written: " + e,
                    "a client that starts while its registry is away knows nobody",
                    "let the user of the process write there, or name another folder with MOA_CLIENT_SNAPSHOTS");
        }
    }

    /**
     * Whether the wall clock went as the monotonic one did while other things were looked at.
     *
     * @param wallMillis by how much the wall clock moved
     * @param monotonicMillis by how much the other one did
     */
    public static Finding steadiness(long wallMillis, long monotonicMillis) {
        long jump = wallMillis - monotonicMillis;
        return Math.abs(jump) <= JUMP_MILLIS
                ? Finding.ok("clock", "the wall clock went as the monotonic one did, for " + monotonicMillis + " ms")
                : Finding.warn(
                        "clock",
                        "the wall clock jumped by " + jump + " ms against the monotonic one within " + monotonicMillis
                                + " ms",
                        "no timeout of MOA goes by it, but the times in logs and evidence do",
                        "let one time service slew the clock (chronyd, systemd-timesyncd), and no second one");
    }
}
