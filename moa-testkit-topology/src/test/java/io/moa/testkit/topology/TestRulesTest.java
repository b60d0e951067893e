package io.moa.testkit.topology;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.moa.annotation.ErrorCode;
import io.moa.annotation.Fallback;
import io.moa.annotation.MoaService;
import io.moa.invoke.CallException;
import io.moa.invoke.RemoteApplicationException;
import io.moa.invoke.Status;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.MethodOrderer;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestMethodOrder;
import org.junit.jupiter.api.extension.RegisterExtension;

/** What the rules of a test do to its calls, of a service that is served and of one that is mocked. */
class TestRulesTest {

    /** What a desk declares. */
    @ErrorCode("CLOSED")
    public static final class ClosedException extends Exception {
        private static final long serialVersionUID = 1L;
    }

    /** A service that nobody serves. */
    @MoaService(name = "mocked.Desk", version = "2")
    public interface Desk {
        List<String> names() throws ClosedException;

        @Fallback(method = "unknown")
        String nameOf(int number);

        /** Answers for {@link #nameOf}. */
        default String unknown(int number) {
            return "nobody " + number;
        }
    }

    /** With an extension for each test. */
    @Nested
    class ForEachTest {

        @RegisterExtension
        final MoaExtension moa =
                MoaExtension.builder().export(new StockRoom()).mock(Desk.class).build();

        @Stub
        private Stock stock;

        @Stub
        private Desk desk;

        @Test
        void aMockedServiceAnswersAndFailsAsItIsTold(TestRules rules) throws Exception {
            assertThat(rules).isSameAs(moa.rules());
            rules.answer(Desk.class, "names", List.of("Ada", "Ben"));
            assertThat(desk.names()).containsExactly("Ada", "Ben");
            assertThat(desk.nameOf(7)).as("nobody is there").isEqualTo("nobody 7");
            rules.answer(Desk.class, "nameOf", "Ada");
            assertThat(desk.nameOf(7)).isEqualTo("Ada");
            rules.fail(Desk.class, "nameOf", Status.OVERLOADED);
            assertThat(desk.nameOf(7)).as("the fallback is tried so").isEqualTo("nobody 7");
            rules.fail(Desk.class, "names", "CLOSED");
            assertThatThrownBy(() -> desk.names()).isInstanceOf(ClosedException.class);
            rules.fail(Desk.class, "names", "ON_FIRE");
            assertThatThrownBy(() -> desk.names()).isInstanceOf(RemoteApplicationException.class);
        }

        @Test
        void aServedServiceFailsUntilTheRulesAreTakenBack() {
            moa.rules().fail(Stock.class, "take", Status.INTERNAL);
            assertThatThrownBy(() -> stock.take("tea", 2))
                    .isInstanceOfSatisfying(
                            CallException.class, e -> assertThat(e.status()).isEqualTo(Status.INTERNAL));
            assertThat(stock.left("tea")).isEqualTo(100);
            moa.rules().clear();
            assertThat(stock.take("tea", 2)).isEqualTo(98);
        }

        @Test
        void aCallIsHeldBack() {
            moa.rules().delay(Stock.class, "count", Duration.ofMillis(300));
            long before = System.nanoTime();
            CompletableFuture<Integer> held = stock.count("tea");
            assertThat(held.join()).isEqualTo(100);
            assertThat(System.nanoTime() - before).isGreaterThanOrEqualTo(300_000_000);
        }

        @Test
        void anyRuleCanBePutAndTakenBack() {
            moa.rules()
                    .put(
                            "closed",
                            "{\"kind\": \"route\", \"service\": \"io.moa.testkit.topology.Stock\", \"deny\": \"stock-taking\"}");
            assertThatThrownBy(() -> stock.left("tea"))
                    .hasMessageContaining("rule closed")
                    .hasMessageContaining("stock-taking");
            moa.rules().remove("closed");
            assertThat(stock.left("tea")).isEqualTo(100);
        }

        @Test
        void whatIsWrongIsSaidAtOnce() {
            assertThatThrownBy(() -> moa.rules().put("x", "{\"kind\": \"fault\", \"service\": \"a\"}"))
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessageContaining("expected a \"delay\", a \"fail\" or both");
            assertThatThrownBy(() -> moa.rules().delay(Stock.class, "left", Duration.ofMinutes(2)))
                    .hasMessageContaining("delay: expected a time of 1ms to 1m");
            assertThatThrownBy(() -> moa.rules().fail(Stock.class, "left", Status.CANCELLED))
                    .hasMessageContaining("there is no status of failed calls \"CANCELLED\"");
            assertThatThrownBy(() -> moa.rules().answer(Runnable.class, "run", null))
                    .hasMessageContaining("java.lang.Runnable is no service of this test");
            assertThat(stock.left("tea")).as("nothing was put").isEqualTo(100);
        }
    }

    /** With one extension for all tests. */
    @Nested
    @TestMethodOrder(MethodOrderer.OrderAnnotation.class)
    class ForTheClass {

        @RegisterExtension
        static final MoaExtension SHARED =
                MoaExtension.builder().mock(Desk.class).build();

        @Test
        @Order(1)
        void saysSomething() throws Exception {
            SHARED.rules().answer(Desk.class, "names", List.of("Ada"));
            assertThat(SHARED.stub(Desk.class).names()).containsExactly("Ada");
            assertThatThrownBy(SHARED::server).hasMessageContaining("Nothing is served here");
        }

        @Test
        @Order(2)
        void knowsNothingOfThat() {
            assertThatThrownBy(() -> SHARED.stub(Desk.class).names()).hasMessageContaining("No instance");
        }
    }
}
