package io.moa.cli;

import static org.assertj.core.api.Assertions.assertThat;

import io.moa.discovery.Address;
import io.moa.discovery.Instance;
import io.moa.discovery.Registry;
import io.moa.discovery.ServiceExport;
import io.moa.discovery.ServiceId;
import io.moa.registry.embedded.EmbeddedRegistry;
import io.moa.registry.redis.RedisConfig;
import io.moa.registry.redis.RedisLink;
import io.moa.registry.redis.RuleDesk;
import java.util.List;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** {@code moa explain}, over a real Redis. */
class ExplainCommandTest {

    private static final String EAST = "aaaa1111-0000-0000-0000-000000000001";
    private static final String WEST = "bbbb2222-0000-0000-0000-000000000002";
    private static final String SECOND = "cccc3333-0000-0000-0000-000000000003";

    @AutoClose
    private static final EmbeddedRegistry embedded = EmbeddedRegistry.start();

    private static String url;

    @BeforeAll
    static void start() throws Exception {
        url = RealRedis.of(embedded).url();
        for (Registry.Registration registration : List.of(
                embedded.registry().register(instance(EAST, "shop.Stock", "east", 7001)),
                embedded.registry().register(instance(WEST, "shop.Stock", "west", 7002)),
                embedded.registry().register(instance(SECOND, "shop.Stock:2", "west", 7003)))) {
            registration.registered().get(30, TimeUnit.SECONDS);
        }
        try (RedisLink link = RedisLink.open(RedisConfig.parse(url))) {
            RuleDesk desk = new RuleDesk(link);
            desk.putRule(
                            "near",
                            "{\"kind\": \"route\", \"service\": \"shop.Stock\", \"when\": {\"key.customer\": {\"from\": 1,"
                                    + " \"to\": 9}}, \"to\": [{\"where\": {\"label.zone\": \"$caller\"}}]}",
                            null,
                            "ada")
                    .join();
            desk.putRule(
                            "hasty",
                            "{\"kind\": \"policy\", \"service\": \"shop.*\", \"callers\": [\"web\"], \"set\": {\"timeout\":"
                                    + " \"300ms\"}}",
                            null,
                            "ada")
                    .join();
            desk.putRule(
                            "second",
                            "{\"kind\": \"route\", \"service\": \"shop.Stock\", \"when\": {\"method\": \"count\"},"
                                    + " \"redirect\": {\"service\": \"shop.Stock:2\"}}",
                            null,
                            "ada")
                    .join();
            desk.putRule(
                            "closed",
                            "{\"kind\": \"route\", \"service\": \"shop.Stock\", \"when\": {\"attachment.region\": \"eu\"},"
                                    + " \"deny\": \"the shop is closed there\"}",
                            null,
                            "ada")
                    .join();
        }
    }

    private static Instance instance(String uuid, String service, String zone, int port) {
        return Instance.builder(uuid, "stock")
                .addresses(List.of(new Address.Tcp("10.0.0.1", port)))
                .exports(List.of(new ServiceExport(ServiceId.parse(service), Set.of("hessian"), "")))
                .label(Instance.ZONE, zone)
                .build();
    }

    private static CommandRun explain(String... more) {
        return CommandRun.at(url, "explain", more);
    }

    @Test
    void aCallIsExplainedFromWhoIsKnownToWhoIsPicked() {
        CommandRun run =
                explain("shop.Stock", "reserve", "--caller", "web", "--key", "customer=7", "--label", "zone=west");
        assertThat(run.exitCode()).as(run.err()).isZero();
        assertThat(run.err()).isEmpty();
        assertThat(run.out())
                .contains("shop.Stock reserve with {caller=web, criticality=critical, key.customer=7}")
                .containsPattern("As seen by web@[0-9a-f-]{36}, labels \\{zone=west}")
                .contains("2 of 2 instances may be called")
                .containsPattern("near \\(version [0-9]+-[0-9]+\\): led, to .*; 1 of 2 candidates are left")
                .contains("    not stock@tcp://10.0.0.1:7001#aaaa1111")
                .contains("closed (version ", "not known, it asks for attachment.region")
                .contains(System.lineSeparator() + "1 of 2 candidates are left" + System.lineSeparator())
                .contains("Picked now, by p2c: stock@tcp://10.0.0.1:7002#bbbb2222")
                .contains("no stub of this process declares the method")
                .containsPattern("timeout +300ms +at the caller +live rule: rule hasty")
                .containsPattern("attempts +3 +at the caller +default")
                .contains("This is the view of a client made for the question");
    }

    @Test
    void aCallThatARuleLeadsToAnotherServiceIsExplainedThere() {
        CommandRun run = explain("shop.Stock", "count");
        assertThat(run.exitCode()).as(run.err()).isZero();
        assertThat(run.out())
                .contains("shop.Stock count with ")
                .containsPattern("second \\(version [0-9]+-[0-9]+\\): redirected, to shop.Stock:2")
                .contains("shop.Stock:2: 1 of 1 instances may be called")
                .contains("Route of a call that was led there")
                .contains("Picked now, by p2c: stock@tcp://10.0.0.1:7003#cccc3333");
    }

    @Test
    void whoeverCallsOtherwiseIsToldOtherwise() {
        String other =
                explain("shop.Stock", "reserve", "--attachment", "region=eu").out();
        assertThat(other)
                .containsPattern("Refused by rule closed, version [0-9]+-[0-9]+: the shop is closed there")
                .containsPattern("timeout +1s +at the caller +default")
                .doesNotContain("Picked now");
        assertThat(explain("shop.Nothing", "reserve").out())
                .contains("Nobody can be called: no instance of shop.Nothing is registered");
    }

    @Test
    void theVersionOfARuleIsTheOneThatTheHistoryTakes() {
        String told = explain("shop.Stock", "reserve", "--caller", "web").out();
        Matcher version = Pattern.compile("rule hasty, version ([0-9]+-[0-9]+)").matcher(told);
        assertThat(version.find()).as(told).isTrue();
        assertThat(CommandRun.of("rules", "history", "-r", url, "hasty").out())
                .as("and not that of the newest change of all")
                .contains(version.group(1));
        assertThat(CommandRun.of("rules", "diff", "-r", url, version.group(1)).exitCode())
                .isZero();
        assertThat(CommandRun.of("rules", "rollback", "-r", url, version.group(1))
                        .out())
                .contains("hasty: it is what it was at " + version.group(1));
    }

    @Test
    void mistakesAreTold() {
        assertThat(explain("shop.Stock", "reserve", "--criticality", "high").err())
                .contains("criticality is critical-plus, critical, sheddable-plus or sheddable, not \"high\"");
        for (CommandRun wrong : List.of(
                explain("a/b/c d", "reserve"),
                explain("shop.Stock"),
                explain("shop.Stock", " "),
                explain("shop.Stock", "reserve(("),
                explain("shop.Stock", "reserve", "--caller", ""),
                explain("shop.Stock", "reserve", "--key", "customer"))) {
            assertThat(wrong.exitCode()).as(wrong.err()).isEqualTo(2);
            assertThat(wrong.err()).startsWith("moa: ").doesNotContain("Exception");
        }
        CommandRun away = CommandRun.of("explain", "--registry", "redis://127.0.0.1:1", "shop.Stock", "reserve");
        assertThat(away.exitCode()).isEqualTo(1);
        assertThat(away.err()).contains("The registry does not answer as it should");
    }
}
