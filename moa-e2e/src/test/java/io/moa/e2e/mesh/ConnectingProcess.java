package io.moa.e2e.mesh;

import java.io.IOException;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.SocketChannel;

/**
 * Connects to the Unix socket that it is given, says {@code connected} or {@code denied}, and then {@code closed} when the other side has closed. An agent
 * closes at once, or, if it has let the process in, after the time that it waits for an introduction, which the test makes long.
 */
final class ConnectingProcess {

    private ConnectingProcess() {}

    public static void main(String[] arguments) {
        try (SocketChannel channel = SocketChannel.open(StandardProtocolFamily.UNIX)) {
            channel.connect(UnixDomainSocketAddress.of(arguments[0]));
            System.out.println("connected");
            channel.read(ByteBuffer.allocate(1));
            System.out.println("closed");
        } catch (IOException e) {
            System.out.println(String.valueOf(e.getMessage()).contains("denied") ? "denied" : "closed");
        }
    }
}
