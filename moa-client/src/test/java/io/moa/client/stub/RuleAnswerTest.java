package io.moa.client.stub;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.moa.annotation.FailureMode;
import io.moa.annotation.Fallback;
import io.moa.annotation.MoaService;
import io.moa.annotation.OnFailure;
import io.moa.discovery.ServiceId;
import io.moa.governance.route.Route;
import io.moa.governance.rule.LocalProcess;
import io.moa.governance.rule.RouteRule;
import io.moa.governance.rule.RoutedRule;
import io.moa.governance.rule.RuleBook;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.Test;

/** What stubs make of the value of a rule, and who hears of one that does not fit. No call leaves the client. */
class RuleAnswerTest {

    /** Counts what there is. */
    @MoaService(name = "answered.Stock")
    public interface Stock {
        int count(String item);

        @OnFailure(FailureMode.FAILSAFE)
        int failsafe(String item);

        @Fallback(method = "fromCache")
        int cached(String item);

        /** Answers for {@link #cached}. */
        default int fromCache(String item, Throwable why) {
            return item.length();
        }
    }

    private static final ServiceId STOCK = ServiceId.of("answered.Stock");

    private final List<String> told = new ArrayList<>();
    private final RuleAnswer answers = new RuleAnswer(told::add);
    private RuleBook book = RuleBook.none(new LocalProcess("self", "caller", Map.of()));

    @AutoClose
    private final StubStage stage =
            new StubStage((call, next) -> CompletableFuture.completedFuture(answers.answer(call, answered())));

    private final Stock stock = stage.client.stub(Stock.class);

    private Route.Answered answered() {
        RoutedRule rule = book.routes(STOCK).rules().stream()
                .filter(each -> each.rule().action() instanceof RouteRule.Answer)
                .findFirst()
                .orElseThrow();
        return new Route.Answered(rule, ((RouteRule.Answer) rule.rule().action()).value());
    }

    /** Every call is answered so from now on. */
    private void answer(Object value) {
        book = book.next(
                book.revision() + 1,
                Map.of("a", Map.of("kind", "route", "service", "answered.Stock", "answer", value)));
    }

    @Test
    void aValueThatFitsIsTheResult() {
        answer(7);
        assertThat(stock.count("book")).isEqualTo(7);
        assertThat(stock.failsafe("book")).isEqualTo(7);
        assertThat(told).isEmpty();
    }

    @Test
    void aValueThatDoesNotFitIsToldOnceForEachMethodWhoseCallersDoNotSeeIt() {
        answer("many");
        for (int i = 0; i < 3; i++) {
            assertThat(stock.failsafe("book")).isZero();
            assertThat(stock.cached("book")).isEqualTo(4);
        }
        assertThat(told)
                .satisfiesExactly(
                        of -> assertThat(of)
                                .startsWith("answered.Stock failsafe(java.lang.String) is to be answered by rule a, "
                                        + "revision 1, but its value does not fit the result of the method: ")
                                .contains("on-failure is failsafe"),
                        of -> assertThat(of).startsWith("answered.Stock cached(java.lang.String)"));
    }

    @Test
    void anotherVersionOfTheRuleThatDoesNotFitEitherIsToldAgain() {
        answer("many");
        stock.failsafe("book");
        answer("few");
        stock.failsafe("book");
        stock.failsafe("book");
        assertThat(told).hasSize(2);
        assertThat(told.get(1)).contains("rule a, revision 2");
    }

    @Test
    void aCallerWithoutFallbackSeesThatTheValueDoesNotFit() {
        answer("many");
        assertThatThrownBy(() -> stock.count("book"))
                .hasMessageContaining("answered by rule a, revision 1, but its value does not fit");
        assertThat(told).hasSize(1);
    }
}
