package io.moa.ops;

import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.net.UnixDomainSocketAddress;
import java.net.UnknownHostException;
import java.nio.file.Path;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Where an operations agent is: {@code unix:/path}, or {@code [http://]host:port}. Immutable. */
public final class OpsAddress {

    private static final Pattern TCP =
            Pattern.compile("(?:http://)?(\\[[0-9a-fA-F:.]+]|[A-Za-z0-9.-]+):([0-9]{1,5})/?");

    private final String text;
    private final SocketAddress address;

    private OpsAddress(String text, SocketAddress address) {
        this.text = text;
        this.address = address;
    }

    /**
     * Reads one.
     *
     * @throws IllegalArgumentException if it is none
     */
    public static OpsAddress parse(String said) {
        if (said.startsWith("unix:/")) {
            return new OpsAddress(said, UnixDomainSocketAddress.of(said.substring("unix:".length())));
        }
        Matcher tcp = TCP.matcher(said);
        if (!tcp.matches() || Integer.parseInt(tcp.group(2)) > 65_535) {
            throw new IllegalArgumentException(
                    "An operations agent is at http://127.0.0.1:PORT or unix:/PATH, not " + said);
        }
        String host = tcp.group(1).replaceAll("[\\[\\]]", "");
        return of(host, Integer.parseInt(tcp.group(2)));
    }

    static OpsAddress of(String host, int port) {
        String shown = host.contains(":") ? "[" + host + "]" : host;
        return new OpsAddress("http://" + shown + ":" + port, InetSocketAddress.createUnresolved(host, port));
    }

    boolean isUnix() {
        return address instanceof UnixDomainSocketAddress;
    }

    Path path() {
        return ((UnixDomainSocketAddress) address).getPath();
    }

    /** What can be connected to, or bound. */
    SocketAddress resolved() throws UnknownHostException {
        return address instanceof InetSocketAddress tcp
                ? new InetSocketAddress(InetAddress.getByName(tcp.getHostString()), tcp.getPort())
                : address;
    }

    /** Whether only this host reaches it. */
    boolean isLocal() {
        try {
            return isUnix()
                    || (resolved() instanceof InetSocketAddress tcp
                            && tcp.getAddress().isLoopbackAddress());
        } catch (UnknownHostException unknown) {
            return false;
        }
    }

    @Override
    public String toString() {
        return text;
    }
}
