package io.moa.e2e.governance;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.moa.Moa;
import io.moa.ReleaseSettings;
import io.moa.annotation.CallKey;
import io.moa.annotation.Fallback;
import io.moa.annotation.Hedge;
import io.moa.annotation.Idempotent;
import io.moa.annotation.MoaService;
import io.moa.annotation.Timeout;
import io.moa.client.MoaClient;
import io.moa.client.stub.StubConfig;
import io.moa.discovery.Address;
import io.moa.governance.policy.PolicyKey;
import io.moa.server.ExportConfig;
import io.moa.server.MoaServer;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Mistakes in declarations and settings end the making of a stub or a server with a sentence, and what is no mistake does not. */
class MistakesAtStartTest {

    /** A generic parent, as interfaces often have one. */
    @Timeout(millis = 20_000)
    interface Store<T> {
        @Idempotent
        T get(@CallKey("key") String key);
    }

    /** A service with both forms of a fallback. */
    @MoaService(name = "mistakes.Prices")
    @Hedge(afterMillis = 15_000)
    interface Prices extends Store<Long> {
        @Override
        @Fallback(method = "cached")
        Long get(String key);

        default Long cached(String key) {
            return 1L;
        }

        default Long cached(String key, Throwable why) {
            return 2L;
        }

        void set(String key, long price);

        String name(String key);
    }

    /** Serves, and would be asked for the fallbacks, too, if they were remote. */
    static final class Shelf implements Prices {
        @Override
        public Long get(String key) {
            throw new IllegalStateException("the shelf is broken");
        }

        @Override
        public Long cached(String key) {
            return 99L;
        }

        @Override
        public void set(String key, long price) {}

        @Override
        public String name(String key) {
            return key;
        }
    }

    @MoaService(name = "mistakes.Broken")
    interface WithBrokenFallback {
        @Fallback(type = Broken.class)
        String any();
    }

    /** Cannot be made. */
    static final class Broken implements WithBrokenFallback {
        Broken() {
            throw new IllegalStateException("no cache is configured");
        }

        @Override
        public String any() {
            return "";
        }
    }

    @MoaService(name = "mistakes.Unused")
    @Hedge(afterMillis = 20)
    interface HedgedForNobody {
        void write(String key);
    }

    private final List<AutoCloseable> open = new ArrayList<>();

    @AfterEach
    void end() throws Exception {
        for (int i = open.size() - 1; i >= 0; i--) {
            open.get(i).close();
        }
    }

    private <T extends AutoCloseable> T keep(T one) {
        open.add(one);
        return one;
    }

    private MoaServer serve(ExportConfig config) {
        return keep(MoaServer.builder(keep(Moa.builder("shop").eventLoops(1).build()))
                .address(new Address.Tcp("127.0.0.1", 0))
                .export(Prices.class, new Shelf(), config)
                .closeOnShutdown(false)
                .start());
    }

    private MoaClient client(Map<String, String> release) {
        Moa moa = keep(Moa.builder("web")
                .eventLoops(1)
                .release(ReleaseSettings.of(release))
                .build());
        return keep(MoaClient.builder(moa)
                .addresses(serve(ExportConfig.DEFAULT).address())
                .build());
    }

    @Test
    void bothFormsOfAFallbackAnswerHereAndParentsAnnotationsHold() {
        MoaClient client = client(Map.of());
        Prices prices = client.stub(Prices.class);
        assertThat(prices.get("pen")).isEqualTo(2);
        assertThat(prices.cached("pen")).isEqualTo(1);
        assertThat(prices.name("pen")).isEqualTo("pen");
        assertThat(client.describe(prices))
                .contains("annotation: @Idempotent on Store.get")
                .contains("annotation: @Timeout on Store")
                .contains("annotation: @CallKey on Store.get")
                .contains("annotation: @Hedge on Prices") // for the one method that may run twice
                .containsPattern("mistakes.Prices name\\(java.lang.String\\)\\s[^\\n]*1s +at the caller +default");
    }

    @Test
    void aConstructorThatThrowsIsNamedWithWhatItThrew() {
        assertThatThrownBy(() -> client(Map.of()).stub(WithBrokenFallback.class))
                .hasMessageContaining("its constructor threw java.lang.IllegalStateException: no cache is configured")
                .hasCauseInstanceOf(IllegalStateException.class);
    }

    @Test
    void whatIsSaidForAllMethodsAndServesNoneIsAnError() {
        assertThatThrownBy(() -> client(Map.of()).stub(HedgedForNobody.class))
                .hasMessageContaining("hedge-after (annotation: @Hedge on HedgedForNobody) has no effect");
    }

    @Test
    void valuesOfTheOtherSideAreErrorsThatSayWhereTheyBelong() {
        assertThatThrownBy(() -> StubConfig.ANNOTATED.with(PolicyKey.WARM_UP, Duration.ofSeconds(3)))
                .hasMessageContaining("warm-up is enforced at the provider")
                .hasMessageContaining("expected it in ExportConfig, or @WarmUp(");
        assertThatThrownBy(() -> StubConfig.ANNOTATED.with("get", PolicyKey.NON_BLOCKING, true))
                .hasMessageContaining("expected it in ExportConfig, or @NonBlocking");
        assertThatThrownBy(() -> ExportConfig.DEFAULT.with(PolicyKey.TIMEOUT, Duration.ofSeconds(3)))
                .hasMessageContaining("timeout is enforced at the caller")
                .hasMessageContaining("expected it in StubConfig, or @Timeout(");
        assertThatThrownBy(() -> StubConfig.ANNOTATED.with("get", PolicyKey.FALLBACK_METHOD, "nosuch"))
                .hasMessageContaining("fallback-method: it can be said only on the interface");
        assertThatThrownBy(() -> client(Map.of("moa.policy.fallback-class@mistakes.Prices", "no.such.Class"))
                        .stub(Prices.class))
                .hasMessageContaining(
                        "setting moa.policy.fallback-class@mistakes.Prices: fallback-class: it can be said only");
    }

    @Test
    void oneWayIsForMethodsWithoutAnAnswer() {
        MoaClient client = client(Map.of());
        for (String method : List.of("get", "name")) {
            assertThatThrownBy(
                            () -> client.stub(Prices.class, StubConfig.ANNOTATED.with(method, PolicyKey.ONE_WAY, true)))
                    .hasMessageContaining("Prices." + method + " cannot be called so: one-way: no reply ever comes")
                    .hasMessageContaining("code: StubConfig for " + method);
        }
        Prices prices = client.stub(Prices.class, StubConfig.ANNOTATED.with(PolicyKey.ONE_WAY, true));
        assertThat(prices.name("pen")).isEqualTo("pen"); // what is said for all is meant for set alone
        assertThat(client.describe(prices)).containsPattern("one-way +true +at the caller +code: StubConfig");
    }

    @Test
    void settingsWithNamesThatCanMeanNothingAreErrors() {
        assertThatThrownBy(() -> client(Map.of("moa.policy.timeout@mistakes.Prices#", "5ms"))
                        .stub(Prices.class))
                .hasMessageContaining("setting moa.policy.timeout@mistakes.Prices#: ")
                .hasMessageContaining("names no method; expected policy, policy@service or policy@service#method");
    }

    @Test
    void operatorsMaySwitchOffWhatIsDeclared() {
        Prices prices = client(
                        Map.of("moa.policy.attempts@mistakes.Prices", "1", "moa.policy.timeout@mistakes.Prices", "9s"))
                .stub(Prices.class); // the hedge of the interface cannot happen any more, and that is told
        assertThat(prices.get("pen")).isEqualTo(2);
    }
}
