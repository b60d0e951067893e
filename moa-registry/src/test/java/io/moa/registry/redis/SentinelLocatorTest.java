package io.moa.registry.redis;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.moa.discovery.Address;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Sentinels that do not agree: some have not heard of a switch yet. Real ones agree too soon to be asked meanwhile. */
class SentinelLocatorTest {

    private static final Address.Tcp FORMER = new Address.Tcp("10.0.0.1", 6379);
    private static final Address.Tcp LATER = new Address.Tcp("10.0.0.2", 6379);
    private static final long SECOND = Duration.ofSeconds(1).toNanos();

    /** Says to everybody which master it believes in, and by which switch. */
    private static final class Saying implements AutoCloseable {
        private final ServerSocket door = new ServerSocket(0, 50, InetAddress.getByName("127.0.0.1"));
        private volatile Address.@Nullable Tcp master;
        private volatile long epoch;
        private volatile boolean tellsEpoch = true;

        Saying() throws IOException {
            Thread thread = new Thread(this::serve, "saying");
            thread.setDaemon(true);
            thread.start();
        }

        void says(Address.Tcp next, long by) {
            epoch = by;
            master = next;
        }

        private void serve() {
            while (!door.isClosed()) {
                try {
                    Socket client = door.accept();
                    Thread thread = new Thread(() -> answer(client), "saying to one");
                    thread.setDaemon(true);
                    thread.start();
                } catch (IOException closed) {
                    return;
                }
            }
        }

        private void answer(Socket client) {
            try (client;
                    BufferedReader in = new BufferedReader(
                            new InputStreamReader(client.getInputStream(), StandardCharsets.US_ASCII))) {
                for (String count = in.readLine(); count != null; count = in.readLine()) {
                    List<String> words = new ArrayList<>();
                    for (int i = Integer.parseInt(count.substring(1)); i > 0; i--) {
                        in.readLine(); // its length
                        words.add(in.readLine());
                    }
                    client.getOutputStream().write(reply(words).getBytes(StandardCharsets.US_ASCII));
                }
            } catch (IOException gone) {
                // and does not want to hear it
            }
        }

        private String reply(List<String> words) {
            Address.Tcp known = master;
            if (!words.get(0).equals("SENTINEL")) {
                return "+OK\r\n";
            } else if (known == null) {
                return "*-1\r\n";
            } else if (words.get(1).equals("GET-MASTER-ADDR-BY-NAME")) {
                return "*2\r\n" + bulk(known.host()) + bulk("" + known.port());
            }
            return tellsEpoch
                    ? "*4\r\n" + bulk("name") + bulk(words.get(2)) + bulk("config-epoch") + bulk("" + epoch)
                    : "-NOPERM this user has no permissions\r\n";
        }

        private static String bulk(String text) {
            return "$" + text.length() + "\r\n" + text + "\r\n";
        }

        @Override
        public void close() throws IOException {
            door.close();
        }
    }

    private final List<Saying> sentinels = new ArrayList<>();
    private @Nullable SentinelLocator locator;
    private long now;

    private Saying sentinel(Address.Tcp master, long epoch) throws IOException {
        Saying sentinel = new Saying();
        sentinel.says(master, epoch);
        sentinels.add(sentinel);
        return sentinel;
    }

    private SentinelLocator locator() {
        SentinelLocator known = locator;
        if (known == null) {
            List<Address.Tcp> addresses = sentinels.stream()
                    .map(each -> new Address.Tcp("127.0.0.1", each.door.getLocalPort()))
                    .toList();
            known = new SentinelLocator(RedisConfig.sentinel("shop", addresses).build(), new Random(1));
            locator = known;
        }
        return known;
    }

    @AfterEach
    void end() throws IOException {
        if (locator != null) {
            locator.close();
        }
        for (Saying each : sentinels) {
            each.close();
        }
    }

    /** Asks so often that each of them was asked. */
    private boolean isSaidToHaveMoved(Address.Tcp current) {
        boolean moved = false;
        for (int i = 0; i < 3 * sentinels.size(); i++) {
            now += 2 * SECOND;
            moved |= locator().hasMoved(current, now, SECOND);
        }
        return moved;
    }

    @Test
    void whoHasNotHeardOfASwitchIsNotBelievedByWhoHas() throws IOException {
        Saying one = sentinel(LATER, 2);
        Saying other = sentinel(LATER, 2);
        assertThat(locator().locate()).isEqualTo(LATER);
        one.says(FORMER, 1);
        other.says(FORMER, 1);
        assertThat(isSaidToHaveMoved(LATER)).isFalse();
        one.says(LATER, 2);
        for (int i = 0; i < 4; i++) {
            assertThat(locator().locate()).isEqualTo(LATER);
        }
    }

    @Test
    void aSwitchIsHeardOfFromTheFirstWhoKnows() throws IOException {
        Saying one = sentinel(FORMER, 1);
        Saying other = sentinel(FORMER, 1);
        assertThat(locator().locate()).isEqualTo(FORMER);
        assertThat(isSaidToHaveMoved(FORMER)).isFalse();
        one.says(LATER, 2);
        other.says(LATER, 2);
        assertThat(isSaidToHaveMoved(FORMER)).isTrue();
        assertThat(locator().locate()).isEqualTo(LATER);
        one.says(FORMER, 3);
        other.says(FORMER, 3);
        assertThat(isSaidToHaveMoved(LATER)).as("and back by another switch").isTrue();
    }

    @Test
    void ifNobodyKnowsWhatWasKnownTheBestIsBelieved() throws IOException {
        Saying one = sentinel(LATER, 9);
        Saying other = sentinel(LATER, 9);
        assertThat(locator().locate()).isEqualTo(LATER);
        one.says(FORMER, 0);
        other.says(LATER, 1); // set up anew
        assertThat(locator().locate()).isEqualTo(LATER);
        other.says(FORMER, 2);
        one.says(FORMER, 2);
        assertThat(isSaidToHaveMoved(LATER)).isTrue();
    }

    @Test
    void whoMayNotSayByWhichSwitchIsBelieved() throws IOException {
        Saying only = sentinel(LATER, 2);
        assertThat(locator().locate()).isEqualTo(LATER);
        only.tellsEpoch = false;
        only.says(FORMER, 1);
        assertThat(isSaidToHaveMoved(LATER)).isTrue();
        assertThat(locator().locate()).isEqualTo(FORMER);
    }

    @Test
    void whoKnowsNoMasterSaysSo() throws IOException {
        Saying only = new Saying();
        sentinels.add(only);
        assertThatThrownBy(() -> locator().locate())
                .isInstanceOf(IOException.class)
                .hasMessageContaining("knows no master named shop");
    }
}
