package io.moa.testkit;

import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.net.BindException;
import java.net.ConnectException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import org.junit.jupiter.api.Test;

class RefusingPortTest {

    @Test
    void connectingIsRefusedAndNobodyElseGetsThePort() {
        try (RefusingPort refusing = RefusingPort.open()) {
            for (int i = 0; i < 3; i++) {
                assertThatThrownBy(() -> new Socket("127.0.0.1", refusing.port()))
                        .isInstanceOf(ConnectException.class);
            }
            assertThatThrownBy(() -> new ServerSocket(refusing.port(), 1, InetAddress.getByName("127.0.0.1")))
                    .isInstanceOf(BindException.class);
        }
    }
}
