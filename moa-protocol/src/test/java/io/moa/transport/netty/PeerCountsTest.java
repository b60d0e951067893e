package io.moa.transport.netty;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.UnknownHostException;
import org.junit.jupiter.api.Test;

class PeerCountsTest {

    private final PeerCounts counts = new PeerCounts(2);

    private static InetSocketAddress at(String host) throws UnknownHostException {
        return new InetSocketAddress(InetAddress.getByName(host), 1);
    }

    @Test
    void countsEachAddressForItself() throws UnknownHostException {
        assertThat(counts.enter(at("10.0.0.1"))).isTrue();
        assertThat(counts.enter(at("10.0.0.1"))).isTrue();
        assertThat(counts.enter(at("10.0.0.1"))).isFalse();
        assertThat(counts.enter(at("10.0.0.2"))).isTrue();
        counts.leave(at("10.0.0.1"));
        assertThat(counts.enter(at("10.0.0.1"))).isTrue();
    }

    @Test
    void countsAnIpv6NetworkAsOnePeer() throws UnknownHostException {
        assertThat(counts.enter(at("2001:db8:0:1::1"))).isTrue();
        assertThat(counts.enter(at("2001:db8:0:1:ffff::2"))).isTrue();
        assertThat(counts.enter(at("2001:db8:0:1::3"))).isFalse();
        assertThat(counts.enter(at("2001:db8:0:2::1"))).isTrue();
    }

    @Test
    void keepsNothingOfPeersThatLeft() throws UnknownHostException {
        for (int i = 0; i < 200; i++) {
            counts.enter(at("10.0.1." + i));
        }
        assertThat(counts.peers()).isEqualTo(200);
        for (int i = 0; i < 200; i++) {
            counts.leave(at("10.0.1." + i));
        }
        assertThat(counts.peers()).isZero();
    }

    @Test
    void letsThoseInWhoHaveNoAddress() {
        for (int i = 0; i < 10; i++) {
            assertThat(counts.enter(null)).isTrue();
        }
        counts.leave(null);
        assertThat(counts.peers()).isZero();
    }
}
