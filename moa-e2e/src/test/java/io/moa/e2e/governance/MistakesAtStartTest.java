package io.moa.e2e.governance;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.moa.Moa;
import io.moa.ReleaseSettings;
import io.moa.annotation.CallKey;
import io.moa.annotation.ErrorCode;
import io.moa.annotation.Fallback;
import io.moa.annotation.Hedge;
import io.moa.annotation.Idempotent;
import io.moa.annotation.MoaService;
import io.moa.annotation.RateLimit;
import io.moa.annotation.Retry;
import io.moa.annotation.SubTypes;
import io.moa.annotation.Timeout;
import io.moa.client.MoaClient;
import io.moa.client.stub.StubConfig;
import io.moa.governance.policy.PolicyKey;
import io.moa.server.ExportConfig;
import io.moa.server.MoaServer;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

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

    /** Whose author wrote one answer for all children. */
    interface Counting {
        @Fallback(type = NothingThere.class)
        long count(String key);
    }

    /** Knows nothing of children. */
    static final class NothingThere implements Counting {
        @Override
        public long count(String key) {
            return -1;
        }
    }

    /** A service with overloads, of which one may be called twice, and one that a generic parent leaves open. */
    @MoaService(name = "mistakes.Finder")
    @SubTypes(Sheet.class)
    interface Finder extends Counting, Filing<Sheet> {
        @Idempotent
        String find(String key);

        String find(String key, int from);

        @Retry(attempts = 1)
        String remove(String key);

        @Retry(attempts = 1)
        String remove(String key, int from);
    }

    /** A generic parent that reads a key out of what it leaves open. */
    interface Filing<T> {
        void file(@CallKey(value = "drawer", path = "drawer") T what);
    }

    /** What is filed. */
    record Sheet(String drawer) {}

    /** Answers what it was asked, and counts nothing. */
    static final class Clerk implements Finder {
        @Override
        public long count(String key) {
            throw new IllegalStateException("nobody counts");
        }

        @Override
        public void file(Sheet what) {}

        @Override
        public String find(String key) {
            return key;
        }

        @Override
        public String find(String key, int from) {
            return key + from;
        }

        @Override
        public String remove(String key) {
            return key;
        }

        @Override
        public String remove(String key, int from) {
            return key + from;
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

    @MoaService(name = "mistakes.AnsweredHastily")
    interface AnsweredHastily {
        @Fallback(method = "cached")
        String get(String key);

        @Timeout(millis = 5)
        default String cached(String key) {
            return key;
        }
    }

    /** Whose author takes the class for the place of limits. */
    static final class LimitedByItself implements HedgedForNobody {
        @Override
        @RateLimit(perSecond = 5)
        public void write(String key) {}
    }

    @MoaService(name = "mistakes.*")
    interface NamedForMany {
        String get(String key);
    }

    @ErrorCode(" ")
    static final class NoCode extends Exception {
        private static final long serialVersionUID = 1L;
    }

    @MoaService(name = "mistakes.Uncoded")
    interface Uncoded {
        String get(String key) throws NoCode;
    }

    @RegisterExtension
    final Processes processes = new Processes();

    private Moa moa(String application, Map<String, String> release) {
        return processes.keep(Moa.builder(application)
                .eventLoops(1)
                .release(ReleaseSettings.of(release))
                .build());
    }

    private MoaServer serve(ExportConfig config) {
        return serve(config, Map.of());
    }

    private MoaServer serve(ExportConfig config, Map<String, String> release) {
        return processes.serve(moa("shop", release), server -> server.port(0)
                .export(Prices.class, new Shelf(), config)
                .export(Finder.class, new Clerk()));
    }

    private MoaClient client(Map<String, String> release) {
        return client(release, serve(ExportConfig.DEFAULT));
    }

    private MoaClient client(Map<String, String> release, MoaServer server) {
        return processes.client(moa("web", release), client -> client.addresses(server.address()));
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
    void annotationsThatNobodyReadsAreErrorsOnBothSides() {
        assertThatThrownBy(() -> client(Map.of()).stub(AnsweredHastily.class))
                .hasMessageContaining(
                        "@Timeout on AnsweredHastily.cached has no effect: a method that answers when a call"
                                + " of get has failed is never called remotely");
        assertThatThrownBy(() -> processes.serve(moa("shop", Map.of()), server -> server.port(0)
                        .export(HedgedForNobody.class, new LimitedByItself())))
                .hasMessageContaining("@RateLimit on LimitedByItself.write has no effect")
                .hasMessageContaining("expected it on HedgedForNobody.write");
    }

    @Test
    void namesAndCodesThatCannotBeToldAreErrorsOfTheStubToo() {
        assertThatThrownBy(() -> client(Map.of()).stub(NamedForMany.class))
                .hasMessageContaining("The name of the service NamedForMany, mistakes.*, has a '*'");
        assertThatThrownBy(() -> client(Map.of()).stub(Uncoded.class))
                .hasMessageContaining("@ErrorCode(\" \") on NoCode, for an exception that Uncoded.get declares");
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
                .stub(Prices.class); // the hedge of the interface cannot happen any more
        assertThat(prices.get("pen")).isEqualTo(2);
    }

    @Test
    void aServerStartsAlsoWhereAnOperatorHasTakenItsLimitsAway() {
        ExportConfig limited =
                ExportConfig.DEFAULT.with("name", PolicyKey.RATE_LIMIT, 1).with(PolicyKey.CONCURRENCY_LIMIT, 1);
        MoaServer server = serve(
                limited,
                Map.of(
                        "moa.policy.rate-limit-at@mistakes.Prices", "caller",
                        "moa.policy.concurrency-limit-at", "caller"));
        Prices prices = client(Map.of(), server).stub(Prices.class);
        for (int i = 0; i < 20; i++) {
            assertThat(prices.name("pen")).isEqualTo("pen");
        }
        assertThat(server.describe()).containsPattern("rate-limit +1 +at the caller +code: ExportConfig for name");
    }

    @Test
    void aParentsFallbackAnswersForItsChildren() {
        assertThat(client(Map.of()).stub(Finder.class).count("pen")).isEqualTo(-1);
    }

    @Test
    void aSettingByNameIsForTheOverloadsThatCanUseItAndOneWithTypesForOne() {
        MoaClient client = client(Map.of(
                "moa.policy.timeout@mistakes.Finder#find(java.lang.String,int)", "9s",
                "moa.policy.timeout@mistakes.Finder#find", "8s"));
        Finder finder = client.stub(
                Finder.class, StubConfig.ANNOTATED.with("find", PolicyKey.HEDGE_AFTER, Duration.ofSeconds(5)));
        assertThat(finder.find("pen")).isEqualTo("pen");
        assertThat(finder.find("pen", 1)).isEqualTo("pen1");
        String described = client.describe(finder);
        String one = described.substring(described.indexOf("mistakes.Finder find(java.lang.String)\n"));
        String other = described.substring(described.indexOf("mistakes.Finder find(java.lang.String,int)\n"));
        assertThat(one.lines().filter(line -> line.startsWith("  timeout") || line.startsWith("  hedge-after")))
                .startsWith(
                        "  timeout               8s           at the caller    release configuration: setting"
                                + " moa.policy.timeout@mistakes.Finder#find",
                        "  hedge-after           5s           at the caller    code: StubConfig for find");
        assertThat(other.lines().filter(line -> line.startsWith("  timeout") || line.startsWith("  hedge-after")))
                .startsWith(
                        "  timeout               9s           at the caller    release configuration: setting"
                                + " moa.policy.timeout@mistakes.Finder#find(java.lang.String,int)",
                        "  hedge-after           0ms          at the caller    default");
        assertThatThrownBy(() -> client.stub(
                        Finder.class,
                        StubConfig.ANNOTATED.with("remove", PolicyKey.HEDGE_AFTER, Duration.ofSeconds(5))))
                .hasMessageContaining("hedge-after (code: StubConfig for remove) has no effect")
                .hasMessageContaining("remove(java.lang.String,int): hedge-after and idempotent");
        assertThatThrownBy(() -> client.stub(
                        Finder.class, StubConfig.ANNOTATED.with("find(java.lang.String,int)", PolicyKey.ONE_WAY, true)))
                .hasMessageContaining("Finder.find cannot be called so: one-way");
        assertThatThrownBy(
                        () -> client.stub(Finder.class, StubConfig.ANNOTATED.with("find(int)", PolicyKey.ATTEMPTS, 2)))
                .hasMessageContaining("is said for the method find(int), which Finder does not have; it has [")
                .hasMessageContaining("find(java.lang.String,int)");
    }

    @Test
    void aKeyIsReadOutOfWhatAGenericParentLeavesOpen() {
        MoaClient client = client(Map.of());
        Finder finder = client.stub(Finder.class);
        finder.file(new Sheet("top"));
        assertThat(client.describe(finder)).contains("annotation: @CallKey on Filing.file");
    }
}
