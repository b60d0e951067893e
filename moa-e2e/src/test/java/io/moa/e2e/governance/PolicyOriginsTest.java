package io.moa.e2e.governance;

import static io.moa.e2e.governance.Processes.soon;
import static org.assertj.core.api.Assertions.assertThat;

import io.moa.ReleaseSettings;
import io.moa.client.MoaClient;
import io.moa.client.stub.StubConfig;
import io.moa.e2e.governance.PolicyExample.Bare;
import io.moa.e2e.governance.PolicyExample.Nothing;
import io.moa.e2e.governance.PolicyExample.Said;
import io.moa.governance.policy.PolicyKey;
import io.moa.protocol.serialize.RuleText;
import io.moa.server.ExportConfig;
import io.moa.server.MoaServer;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Each policy of the table says where it comes from, wherever it may be said: in {@code MoaClient.describe}, and what a provider enforces in
 * {@code MoaServer.describe}.
 */
@Timeout(120)
class PolicyOriginsTest {

    /** What a client and a server of one service say of its methods. */
    private record Told(MoaClient client, Bare stub, MoaServer server) {

        /** The line of a policy about its method, from who enforces it. */
        String of(PolicyExample<?> example) {
            String told = example.side() == PolicyKey.Side.CALLER ? client.describe(stub) : server.describe();
            List<String> lines = told.lines()
                    .dropWhile(line -> !line.contains(" " + example.method() + "("))
                    .skip(1)
                    .takeWhile(line -> line.startsWith(" "))
                    .filter(line -> line.startsWith("  " + example.key() + " "))
                    .toList();
            assertThat(lines).as("%s in%n%s", example.key(), told).hasSize(1);
            return lines.get(0);
        }
    }

    private static final Processes WITHOUT_RULES = new Processes();
    private static final Processes WITH_RULES = new Processes();
    private static Told annotated;
    private static Told coded;
    private static Told released;
    private static Told ruled;

    static Stream<PolicyExample<?>> all() {
        return PolicyExample.all().stream();
    }

    static Stream<PolicyExample<?>> ofCode() {
        return all().filter(each -> !each.key().isOnlyAnnotated());
    }

    static Stream<PolicyExample<?>> ofRelease() {
        return ofCode().filter(each -> isText(each, each.key()));
    }

    static Stream<PolicyExample<?>> ofRules() {
        return all().filter(each -> each.key().isLive());
    }

    /** Whether a setting can say it: paths are no text. */
    private static boolean isText(PolicyExample<?> example, PolicyKey<?> said) {
        return !(example.plain(said) instanceof Map);
    }

    private static String text(Object plain) {
        return plain instanceof List<?> list
                ? list.stream().map(String::valueOf).collect(Collectors.joining(","))
                : String.valueOf(plain);
    }

    @BeforeAll
    static void tell() {
        annotated = told(WITHOUT_RULES, Said.class, StubConfig.ANNOTATED, ExportConfig.DEFAULT, ReleaseSettings.NONE);
        StubConfig stub = StubConfig.ANNOTATED;
        ExportConfig export = ExportConfig.DEFAULT;
        for (PolicyExample<?> each : ofCode().toList()) {
            for (PolicyKey<?> said : each.needed()) {
                if (each.policy().side(said) == PolicyKey.Side.CALLER) {
                    stub = with(stub, each, said);
                } else {
                    export = with(export, each, said);
                }
            }
        }
        coded = told(WITHOUT_RULES, Bare.class, stub, export, ReleaseSettings.NONE);
        Map<String, String> settings = new HashMap<>();
        ofRelease().forEach(each -> each.needed().stream()
                .filter(said -> isText(each, said))
                .forEach(said -> settings.put(setting(each, said), text(each.plain(said)))));
        released = told(
                WITHOUT_RULES, Bare.class, StubConfig.ANNOTATED, ExportConfig.DEFAULT, ReleaseSettings.of(settings));
        ruled = told(WITH_RULES, Bare.class, StubConfig.ANNOTATED, ExportConfig.DEFAULT, ReleaseSettings.NONE);
        ofRules().forEach(each -> WITH_RULES.rules().putRule("sets-" + each.key(), rule(each)));
    }

    private static <V> StubConfig with(StubConfig config, PolicyExample<?> example, PolicyKey<V> said) {
        return config.with(example.method(), said, example.policy().value(said));
    }

    private static <V> ExportConfig with(ExportConfig config, PolicyExample<?> example, PolicyKey<V> said) {
        return config.with(example.method(), said, example.policy().value(said));
    }

    private static String setting(PolicyExample<?> example, PolicyKey<?> said) {
        return "moa.policy." + said + "@origins.Bare#" + example.method();
    }

    private static String rule(PolicyExample<?> example) {
        Map<String, Object> set = new LinkedHashMap<>();
        example.needed().forEach(said -> set.put(said.name(), example.plain(said)));
        return RuleText.write(
                Map.of("kind", "policy", "service", "origins.Bare", "method", example.method(), "set", set));
    }

    private static <S extends Bare> Told told(
            Processes processes, Class<S> service, StubConfig stub, ExportConfig export, ReleaseSettings release) {
        MoaServer server = processes.serve(
                processes.moa("provider", moa -> moa.release(release)),
                more -> more.export(service, service.cast(new Nothing()), export));
        MoaClient client = processes.client(processes.moa("caller", moa -> moa.release(release)), any -> any);
        return new Told(client, client.stub(service, stub), server);
    }

    @AfterAll
    static void end() throws Exception {
        WITHOUT_RULES.close();
        WITH_RULES.close();
    }

    private static void assertSays(String line, PolicyExample<?> example, String origin) {
        assertThat(line).contains(" " + example.plain() + " ").containsPattern(origin + "$");
    }

    @ParameterizedTest
    @MethodSource("all")
    void itsAnnotation(PolicyExample<?> example) {
        PolicyKey.Said said = example.key().said();
        assertThat(said).as("%s is said by no annotation", example).isNotNull();
        assertThat(example.policy().value(example.key()))
                .as("an example is not the default")
                .isNotEqualTo(example.key().defaultValue());
        assertSays(
                annotated.of(example),
                example,
                " annotation: @" + said.annotation().getSimpleName() + " on Said(\\." + example.method() + ")?");
    }

    @ParameterizedTest
    @MethodSource("ofCode")
    void theCode(PolicyExample<?> example) {
        String where = example.side() == PolicyKey.Side.CALLER ? "StubConfig" : "ExportConfig";
        assertSays(coded.of(example), example, " code: " + where + " for " + example.method());
    }

    @ParameterizedTest
    @MethodSource("ofRelease")
    void theReleaseSetting(PolicyExample<?> example) {
        assertSays(released.of(example), example, " release configuration: setting " + setting(example, example.key()));
    }

    @ParameterizedTest
    @MethodSource("ofRules")
    void theLiveRule(PolicyExample<?> example) {
        soon().until(() -> ruled.of(example).contains("live rule"), () -> ruled.of(example));
        assertSays(ruled.of(example), example, " live rule: rule sets-" + example + ", revision [0-9]+");
    }
}
