package io.moa.client.stub;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.moa.annotation.Fallback;
import io.moa.annotation.MoaService;
import io.moa.client.CallOptions;
import io.moa.invoke.CallException;
import io.moa.invoke.Executed;
import io.moa.invoke.Reply;
import io.moa.invoke.Status;
import io.moa.protocol.payload.BytesPayload;
import io.moa.testkit.Shows;
import io.netty.buffer.Unpooled;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.Test;

/** Which earlier answer answers for a call that has failed. No call leaves the client; the one who answers counts up. */
class LastGoodTest {

    /** Counts what there is. */
    @MoaService(name = "kept.Stock", serializer = "json")
    public interface Stock {
        @Fallback(lastGoodMillis = 60_000)
        List<Integer> count(List<String> items);

        @Fallback(lastGoodMillis = 60_000, value = "[0]")
        List<Integer> orZero(List<String> items);

        List<Integer> plain(List<String> items);
    }

    private static final Reply FAILED = Reply.failure(Status.UNAVAILABLE, Executed.NO, "nobody is there");

    private boolean failing;
    private boolean byRule;
    private String answer = "";
    private int answered;

    @AutoClose
    private final StubStage stage = new StubStage((call, next) -> {
        if (failing) {
            return CompletableFuture.completedFuture(FAILED);
        }
        if (!byRule) {
            call.ledger().sentTo("somebody");
        }
        String body = answer.isEmpty() ? "[" + ++answered + "]" : answer;
        return CompletableFuture.completedFuture(
                new Reply.Value(new BytesPayload(Unpooled.copiedBuffer(body, StandardCharsets.UTF_8))));
    });

    private final Stock stock = stage.client.stub(Stock.class);

    private void assertFails(List<String> items) {
        assertThatThrownBy(() -> stock.count(items)).isInstanceOf(CallException.class);
    }

    @Test
    @Shows("fallback-last-good")
    void theLastAnswerToTheSameArgumentsAnswersForAsLongAsIsSaid() {
        stock.count(List.of("book"));
        stock.count(List.of("book"));
        stock.count(List.of("pen"));
        failing = true;
        stage.scheduler.advance(Duration.ofSeconds(60));
        assertThat(stock.count(List.of("book"))).containsExactly(2);
        assertThat(stage.client.async(stock, s -> s.count(List.of("pen"))).join())
                .containsExactly(3);
        assertFails(List.of("ink"));
        assertThatThrownBy(() -> stock.plain(List.of("book"))).isInstanceOf(CallException.class);
        assertThat(stage.client.describe(stock))
                .contains("Answered by fallback-last-good so far: 2 calls of this stub");
        stage.scheduler.advance(Duration.ofMillis(1));
        assertFails(List.of("book"));
    }

    @Test
    void anAnswerIsGivenToNobodyWhoseCallSaysAnythingElse() {
        stage.client.with(stock, CallOptions.NONE.withTag("gray")).count(List.of("book"));
        failing = true;
        assertFails(List.of("book"));
        Stock gray = stage.client.with(stock, CallOptions.NONE.withTag("gray"));
        assertThat(gray.count(List.of("book"))).containsExactly(1);
    }

    @Test
    void whatTheCallerChangesLaterBelongsToNoOtherAnswer() {
        List<String> items = new ArrayList<>(List.of("book"));
        stock.count(items).add(99);
        items.set(0, "pen");
        failing = true;
        assertFails(items);
        assertThat(stock.count(List.of("book"))).containsExactly(1);
    }

    @Test
    void whatARuleAnsweredIsNotKept() {
        byRule = true;
        stock.count(List.of("book"));
        failing = true;
        assertFails(List.of("book"));
    }

    @Test
    void theConstantAnswersAfterIt() {
        stock.orZero(List.of("book"));
        failing = true;
        assertThat(stock.orZero(List.of("book"))).containsExactly(1);
        assertThat(stock.orZero(List.of("pen"))).containsExactly(0);
    }

    @Test
    void soManyAnswersAreKeptAndTheOldestAreForgotten() {
        for (int i = 0; i <= LastGood.MOST_ANSWERS; i++) {
            stock.count(List.of("item-" + i));
        }
        failing = true;
        assertFails(List.of("item-0"));
        assertThat(stock.count(List.of("item-1"))).containsExactly(2);
    }

    @Test
    void soManyBytesAreKept() {
        answer = "[" + "7,".repeat(50_000) + "7]";
        for (int i = 0; i < 20; i++) {
            stock.count(List.of("item-" + i));
        }
        failing = true;
        assertFails(List.of("item-9"));
        assertThat(stock.count(List.of("item-19"))).hasSize(50_001);
        failing = false;
        answer = "[" + "7,".repeat(200_000) + "7]";
        stock.count(List.of("item-19"));
        failing = true;
        assertFails(List.of("item-19"));
        assertThat(stock.count(List.of("item-18")))
                .as("but one that is too large")
                .hasSize(50_001);
    }
}
