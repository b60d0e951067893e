package io.moa.registry.redis;

import static org.assertj.core.api.Assertions.assertThat;

import io.moa.discovery.Address;
import io.moa.testkit.Recorder;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.SynchronousQueue;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

class HintListenerTest {

    private static final String CHANNEL = "changes";

    private static byte[] message(int times) {
        return "*3\r\n$7\r\nmessage\r\n$7\r\nchanges\r\n$1\r\nx\r\n"
                .repeat(times)
                .getBytes(StandardCharsets.UTF_8);
    }

    /** A peer that says what the test wants, when it wants: a real Redis would not wait for the listener to rest. */
    @Test
    void whatComesWhileItRestsIsReadInOneGo() throws Exception {
        Recorder<String> hinted = new Recorder<>();
        LinkedBlockingQueue<Long> rests = new LinkedBlockingQueue<>();
        SynchronousQueue<Boolean> goOn = new SynchronousQueue<>();
        RedisConfig config = RedisConfig.standalone("127.0.0.1", 1)
                .coalesce(Duration.ofMillis(50))
                .build();
        HintListener listener = new HintListener(config, new Random(1), hinted, complaint -> {}, nanos -> {
            rests.add(nanos);
            try {
                goOn.take();
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
        });
        try (ServerSocket redis = new ServerSocket(0, 5, InetAddress.getByName("127.0.0.1"))) {
            listener.moveTo(new Address.Tcp("127.0.0.1", redis.getLocalPort()));
            listener.want(Set.of(CHANNEL));
            try (Socket socket = redis.accept()) {
                OutputStream out = socket.getOutputStream();
                out.write("+OK\r\n".getBytes(StandardCharsets.UTF_8)); // to CLIENT SETNAME
                out.write("*3\r\n$9\r\nsubscribe\r\n$7\r\nchanges\r\n:1\r\n".getBytes(StandardCharsets.UTF_8));
                assertThat(rests.poll(10, TimeUnit.SECONDS))
                        .as("half of what changes are gathered for")
                        .isEqualTo(Duration.ofMillis(25).toNanos());
                assertThat(hinted.told()).containsExactly(CHANNEL);
                for (int i = 0; i < 3; i++) {
                    out.write(message(400)); // more than is read at once
                    out.flush();
                    goOn.put(true);
                    assertThat(rests.poll(10, TimeUnit.SECONDS)).isNotNull();
                    assertThat(hinted.told()).hasSize(1 + 400 * (i + 1));
                }
                assertThat(rests).as("one rest for all of them").isEmpty();
                listener.close();
                goOn.put(true);
            }
        }
    }
}
