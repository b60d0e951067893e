package io.moa.transport.netty;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.moa.invoke.Reply;
import io.moa.protocol.frame.HandOverEditions;
import io.moa.testkit.LeakCheck;
import io.moa.transport.TransportConfig;
import io.moa.transport.handover.HandOver;
import io.moa.transport.handover.Takeover;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import java.util.stream.Stream;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** Releases of different age replace each other, forwards and backwards, or leave each other in peace. */
@ExtendWith(LeakCheck.class)
@Timeout(120)
class HandOverSkewTest {

    private static final List<HandOverEditions> RELEASES =
            List.of(new HandOverEditions(1, 1), new HandOverEditions(1, 2), new HandOverEditions(2, 3));

    static Stream<Arguments> pairs() {
        List<Arguments> all = new ArrayList<>();
        RELEASES.forEach(old -> RELEASES.forEach(next -> all.add(Arguments.of(old, next))));
        return all.stream();
    }

    @ParameterizedTest(name = "{1} after {0}")
    @MethodSource("pairs")
    void nothingIsLostWhicheverReleaseComesAfterWhich(HandOverEditions old, HandOverEditions next) throws Exception {
        AtomicReference<CompletableFuture<Reply>> open = new AtomicReference<>();
        try (HandOverStage stage = new HandOverStage(
                        TransportConfig.DEFAULT, call -> UnderWay.route(open, call), HandOverStage::heir);
                UnderWay clients = new UnderWay(stage, open)) {
            HandOver offer = stage.offer(old);
            CompletableFuture<Takeover> takeover = stage.takeOver(next);
            if (old.common(next) == HandOverEditions.NONE) {
                assertThatThrownBy(() -> takeover.get(30, TimeUnit.SECONDS))
                        .hasMessageContainingAll("speaks " + next + " of", "this one speaks " + old, "drain instead");
                clients.answer();
                clients.goesOn('O', null);
                offer.close();
            } else {
                stage.taken(takeover.get(30, TimeUnit.SECONDS));
                clients.answer();
                clients.goesOn('H', null);
                offer.ended().get(30, TimeUnit.SECONDS);
            }
        }
    }

    @ParameterizedTest
    @MethodSource("pairs")
    void theNewestIsChosenThatBothSpeak(HandOverEditions one, HandOverEditions other) {
        long common = one.common(other);
        assertThat(common)
                .isEqualTo(other.common(one))
                .isEqualTo(Stream.of(3L, 2L, 1L)
                        .filter(each -> one.has(each) && other.has(each))
                        .findFirst()
                        .orElse(HandOverEditions.NONE));
    }
}
