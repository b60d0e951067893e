package io.moa.transport.netty;

import static org.assertj.core.api.Assertions.assertThat;

import io.moa.discovery.Address;
import io.moa.invoke.Attributes;
import io.moa.invoke.Cancellation;
import io.moa.invoke.Deadline;
import io.moa.invoke.Invocation;
import io.moa.invoke.Ledger;
import io.moa.invoke.Payload;
import io.moa.invoke.Phase;
import io.moa.invoke.Reply;
import io.moa.invoke.Status;
import io.moa.testkit.FakeTicker;
import io.moa.transport.Connection;
import io.moa.transport.Peer;
import io.moa.transport.TransportConfig;
import io.moa.transport.Wanted;
import io.moa.transport.WireForm;
import io.netty.channel.embedded.EmbeddedChannel;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

/** A client's connection whose peer takes everything and says nothing, on a clock that the test moves. */
class SilentPeerTest {

    private static final WireForm FORM = new WireForm(RawPeer.TARGET, 1);

    private final FakeTicker ticker = new FakeTicker();
    private final List<String> told = new ArrayList<>();
    private final List<Cancellation.Listener> waiting = new ArrayList<>();
    private final EmbeddedChannel channel = new EmbeddedChannel();
    private ClientConnection connection;

    private void open(TransportConfig config) {
        connection = new ClientConnection(
                new Address.Tcp("10.0.0.1", 1),
                new Peer("client", "c"),
                new Wanted("", "", List.of(RawPeer.SERVICE)),
                config,
                ticker);
        channel.freezeTime();
        channel.pipeline().addLast(connection.link());
        channel.writeInbound(RawPeer.welcome("raw"));
        connection.watch(new Connection.SignsOfLife() {
            @Override
            public void silent() {
                told.add("silent");
            }

            @Override
            public void heard() {
                told.add("heard");
            }
        });
        assertThat(connection.usable()).isTrue();
    }

    private CompletableFuture<Reply> call(String name, boolean oneWay) {
        Ledger ledger = new Ledger(Phase.CLIENT_QUEUE, ticker.nanos());
        ledger.onSilence(attempt -> {
            told.add(name);
            waiting.add(attempt);
        });
        CompletableFuture<Reply> reply =
                connection.invoke(Invocation.of(RawPeer.SERVICE, RawPeer.METHOD, Payload.EMPTY, ledger)
                        .oneWay(oneWay)
                        .deadline(Deadline.after(Duration.ofSeconds(20), ticker))
                        .attributes(Attributes.EMPTY.with(WireForm.KEY, FORM))
                        .build());
        channel.runPendingTasks();
        return reply;
    }

    private void passes(int millis) {
        for (int i = 0; i < millis / 10 && channel.isOpen(); i++) {
            ticker.advance(Duration.ofMillis(10));
            channel.advanceTimeBy(10, TimeUnit.MILLISECONDS);
            channel.runScheduledPendingTasks();
        }
    }

    private void says() {
        channel.writeInbound(RawPeer.pong(1));
        channel.runPendingTasks();
    }

    @Test
    void eachCallThatWaitsIsToldOnceAndGoesOn() {
        open(TransportConfig.DEFAULT);
        CompletableFuture<Reply> first = call("first", false);
        CompletableFuture<Reply> second = call("second", false);
        passes(890);
        assertThat(told).isEmpty();
        passes(20);
        assertThat(told).containsExactlyInAnyOrder("silent", "first", "second").startsWith("silent");
        passes(1_500);
        assertThat(told).hasSize(3);
        assertThat(first).isNotDone();
        assertThat(second).isNotDone();
        assertThat(connection.usable()).isTrue();
    }

    @Test
    void whoAsksMoreOftenThanTheConnectionTellsTheCallsEarlier() {
        open(TransportConfig.DEFAULT);
        CompletableFuture<Reply> first = call("first", false);
        passes(300);
        connection.tellSilence();
        channel.runPendingTasks();
        assertThat(told).containsExactly("first");
        connection.tellSilence();
        call("second", false);
        connection.tellSilence();
        channel.runPendingTasks();
        assertThat(told).as("each once").containsExactly("first", "second");
        passes(610);
        assertThat(told).as("whoever found out").containsExactly("first", "second", "silent");
        assertThat(first).isNotDone();
    }

    @Test
    void onlyTheAttemptThatWaitsThereIsWithdrawn() {
        open(TransportConfig.DEFAULT);
        CompletableFuture<Reply> first = call("first", false);
        CompletableFuture<Reply> second = call("second", false);
        passes(910);
        waiting.get(told.indexOf("first") - 1).cancelled(Cancellation.Reason.SUPERSEDED);
        channel.runPendingTasks();
        assertThat(((Reply.Failure) first.join()).status()).isEqualTo(Status.CANCELLED);
        assertThat(second).isNotDone();
    }

    @Test
    void anyByteEndsTheSilenceAndIsTold() {
        open(TransportConfig.DEFAULT);
        call("first", false);
        passes(910);
        says();
        assertThat(told).containsExactly("silent", "first", "heard");
        passes(890);
        assertThat(told).hasSize(3);
        passes(20);
        assertThat(told).as("and it may fall silent again").containsExactly("silent", "first", "heard", "silent");
    }

    @Test
    void aReadThatFailsIsNoSignOfLife() {
        open(TransportConfig.DEFAULT);
        call("first", false);
        passes(910);
        // So Netty tells of a connection that the kernel gave up: the read is complete, and then it has failed.
        channel.pipeline().fireChannelReadComplete();
        channel.pipeline().fireExceptionCaught(new IOException("Connection timed out"));
        channel.runPendingTasks();
        assertThat(connection.usable()).isFalse();
        assertThat(told).doesNotContain("heard");
    }

    @Test
    void whoCallsASilentPeerNeverthelessIsToldAtOnce() {
        open(TransportConfig.DEFAULT);
        call("first", false);
        passes(910);
        call("second", false);
        assertThat(told).containsExactly("silent", "first", "silent", "second");
    }

    @Test
    void aPeerThatAnswersPingsMayTakeItsTimeForCalls() {
        open(TransportConfig.DEFAULT);
        call("first", false);
        for (int i = 0; i < 10; i++) {
            passes(500);
            says();
        }
        assertThat(told).isEmpty();
    }

    @Test
    void withoutCallsNobodyIsSilent() {
        open(TransportConfig.DEFAULT.toBuilder()
                .heartbeatLimit(Duration.ofMinutes(1))
                .build());
        passes(5_000);
        call("one way", true);
        passes(5_000);
        assertThat(told).isEmpty();
    }

    @Test
    void aPauseOfThisProcessSpeaksAgainstNobody() {
        open(TransportConfig.DEFAULT);
        call("first", false);
        passes(600);
        ticker.advance(Duration.ofSeconds(10)); // and no timer ran
        channel.advanceTimeBy(10, TimeUnit.SECONDS);
        channel.runScheduledPendingTasks();
        assertThat(told).isEmpty();
        says();
        passes(300);
        assertThat(told).isEmpty();
    }

    @Test
    void zeroWatchesNothing() {
        open(TransportConfig.DEFAULT.toBuilder().stallAfter(Duration.ZERO).build());
        call("first", false);
        passes(2_900);
        assertThat(told).isEmpty();
    }
}
