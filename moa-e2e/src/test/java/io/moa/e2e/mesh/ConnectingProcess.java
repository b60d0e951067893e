package io.moa.e2e.mesh;

import java.io.IOException;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;

/**
 * Connects to the Unix socket that it is given, says {@code connected} or {@code denied}, and then {@code closed} when the other side has closed. An agent
 * closes at once, or, if it has let the process in, after the time that it waits for an introduction, which the test makes long. A further argument is a line that
 * it says, whose answer it prints.
 */
final class ConnectingProcess {

    private ConnectingProcess() {}

    public static void main(String[] arguments) {
        try (SocketChannel channel = SocketChannel.open(StandardProtocolFamily.UNIX)) {
            channel.connect(UnixDomainSocketAddress.of(arguments[0]));
            System.out.println("connected");
            ByteBuffer answer = ByteBuffer.allocate(64);
            if (arguments.length > 1) {
                channel.write(ByteBuffer.wrap((arguments[1] + "\r\n").getBytes(StandardCharsets.US_ASCII)));
                if (channel.read(answer) > 0) {
                    System.out.print(new String(answer.array(), 0, answer.position(), StandardCharsets.US_ASCII));
                }
            }
            channel.read(ByteBuffer.allocate(1));
            System.out.println("closed");
        } catch (IOException e) {
            System.out.println(String.valueOf(e.getMessage()).contains("denied") ? "denied" : "closed");
        }
    }
}
