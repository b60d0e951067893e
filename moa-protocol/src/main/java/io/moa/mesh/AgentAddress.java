package io.moa.mesh;

import io.moa.ReleaseSettings;
import io.moa.discovery.Address;
import io.netty.util.NetUtil;
import java.net.InetAddress;
import java.nio.file.Path;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;

/** Where agents listen for the processes of their host. */
public final class AgentAddress {

    private AgentAddress() {}

    /**
     * Where a process looks for the agent on its host: where its release says, else where its code says, else where it is looked for by default.
     *
     * @throws IllegalArgumentException if the release says what is no such address; the message names the setting
     */
    public static Address of(MeshConfig config, ReleaseSettings release, String application) {
        Address said = MeshSetting.agent(release);
        Address inCode = config.agent();
        return said != null
                ? said
                : inCode != null ? inCode : defaultOf(application, System::getProperty, System::getenv);
    }

    /**
     * Where the agent of an application is looked for if nothing else is said: {@code <application>.agent.sock} in {@code
     * $XDG_RUNTIME_DIR/moa}, or without that variable in {@code moa-<user>} of the folder for temporary files.
     *
     * @param property reads system properties
     * @param variable reads the environment
     * @throws IllegalArgumentException if the path would be too long for a Unix socket
     */
    public static Address.Unix defaultOf(
            String application, UnaryOperator<@Nullable String> property, UnaryOperator<@Nullable String> variable) {
        return new Address.Unix(folder(property, variable)
                .resolve(application.replaceAll("[^A-Za-z0-9_.-]", "_") + ".agent.sock")
                .toString());
    }

    private static Path folder(UnaryOperator<@Nullable String> property, UnaryOperator<@Nullable String> variable) {
        String runtime = variable.apply("XDG_RUNTIME_DIR");
        if (runtime != null && runtime.startsWith("/")) {
            return Path.of(runtime, "moa");
        }
        String temporary = property.apply("java.io.tmpdir");
        String user = property.apply("user.name");
        return Path.of(
                temporary == null ? "/tmp" : temporary,
                "moa-" + (user == null ? "unknown" : user.replaceAll("[^A-Za-z0-9_-]", "_")));
    }

    /**
     * Checks that only processes of this host reach an agent there.
     *
     * @param where it is said, for people
     * @throws IllegalArgumentException if it is an address of another kind; the message says what is expected
     */
    public static Address check(Address address, String where) {
        if (address instanceof Address.Unix unix) {
            if (!unix.path().startsWith("/")) {
                throw new IllegalArgumentException(where + " needs an absolute path, not " + unix.path()
                        + "; a name without a file, which belongs to nobody, is not taken either");
            }
            return address;
        }
        if (address instanceof Address.Tcp tcp && isLoopback(tcp.host())) {
            return address;
        }
        if (address instanceof Address.InProcess) {
            return address; // of tests: there is no socket
        }
        throw new IllegalArgumentException(
                where + " is unix:/path, or tcp://127.0.0.1:port on the loopback of this host, not " + address);
    }

    private static boolean isLoopback(String host) {
        if (host.equals("localhost")) {
            return true;
        }
        // Of what is no address in full somebody might be asked where it leads: "cafe" has hexadecimal digits only, and
        // is a name.
        InetAddress literal = NetUtil.createInetAddressFromIpAddressString(host);
        return literal != null && literal.isLoopbackAddress();
    }
}
