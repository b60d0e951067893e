package io.moa.governance.route;

import static org.assertj.core.api.Assertions.assertThat;

import io.moa.annotation.ZoneChoice;
import io.moa.discovery.Address;
import io.moa.discovery.Instance;
import io.moa.discovery.ServiceId;
import io.moa.governance.balance.Candidate;
import io.moa.governance.balance.CandidateSet;
import io.moa.governance.balance.InstanceLoad;
import io.moa.governance.outlier.Ejections;
import io.moa.governance.outlier.OutlierConfig;
import io.moa.governance.outlier.OwnPause;
import io.moa.governance.policy.MethodPolicy;
import io.moa.governance.policy.PolicyKey;
import io.moa.governance.rule.LocalProcess;
import io.moa.governance.rule.RandomRules;
import io.moa.governance.rule.RuleBook;
import io.moa.invoke.Attributes;
import io.moa.invoke.Baggage;
import io.moa.invoke.Invocation;
import io.moa.testkit.FakeTicker;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.Test;

/** Rules that prefer lead no call to those whom its policy does not allow. */
class RequiredZoneTest {

    private final FakeTicker ticker = new FakeTicker();
    private final Ejections ejections = new Ejections(OutlierConfig.DEFAULT, new Random(1), Ejections.SILENT);
    private final Random chance = new Random(7);

    private Candidate candidate(String uuid, String zone, String tag) {
        Instance.Builder instance = Instance.builder(uuid, "stock")
                .addresses(List.of(new Address.Tcp("10.1.0.1", 9000)))
                .label(Instance.ZONE, zone);
        if (!tag.isEmpty()) {
            instance.label("tag", tag);
        }
        Instance made = instance.build();
        return new Candidate(
                made, 100, new InstanceLoad(ejections.newcomer(made), new OwnPause(ticker.nanos())), false);
    }

    private static Invocation call(ZoneChoice zone) {
        MethodPolicy policy = MethodPolicy.DEFAULT.withCode(PolicyKey.ZONE, zone, "here");
        return RandomRules.call("count")
                .baggage(Baggage.EMPTY.withTag("gray"))
                .attributes(Attributes.EMPTY.with(MethodPolicy.KEY, policy))
                .build();
    }

    private String pickedFor(ZoneChoice zone, RouteTree tree) {
        Invocation call = call(zone);
        Candidate picked = ((Route.To) tree.route(call)).candidates().look(call);
        return picked == null ? "nobody" : picked.instance().uuid();
    }

    @Test
    void aLaneOfAnotherZoneIsAsGoodAsAwayForACallThatMustStay() {
        LocalProcess process = new LocalProcess("self", "web", Map.of(Instance.ZONE, "east"));
        CandidateSet all = new CandidateSet(
                List.of(List.of(candidate("gray", "west", "gray"), candidate("plain", "east", ""))),
                chance,
                ticker,
                "east");
        RouteTree tree = new RouteTree(RuleBook.none(process).routes(RandomRules.SERVICE), all, chance);
        assertThat(pickedFor(ZoneChoice.ANY, tree)).isEqualTo("gray");
        assertThat(pickedFor(ZoneChoice.PREFER, tree)).isEqualTo("gray");
        assertThat(pickedFor(ZoneChoice.REQUIRE, tree)).isEqualTo("plain");
    }

    @Test
    void aRedirectToWhereOnlyOtherZonesAreIsPassedOverUnlessItRefuses() {
        LocalProcess process = new LocalProcess("self", "web", Map.of(Instance.ZONE, "east"));
        CandidateSet here = new CandidateSet(List.of(List.of(candidate("plain", "east", ""))), chance, ticker, "east");
        CandidateSet there =
                new CandidateSet(List.of(List.of(candidate("second", "west", ""))), chance, ticker, "east");
        Elsewhere elsewhere = new Elsewhere() {
            @Override
            public boolean mayLeadTo(ServiceId service) {
                return true;
            }

            @Override
            public boolean isServing(ServiceId service, Invocation call) {
                return there.isServing(call);
            }
        };
        for (String otherwise : List.of("pass", "refuse")) {
            Map<String, Object> rule = Map.of(
                    "kind",
                    "route",
                    "service",
                    "shop.Stock",
                    "redirect",
                    Map.of("service", "shop.Stock:2"),
                    "otherwise",
                    otherwise);
            RouteTree tree = new RouteTree(
                    RuleBook.none(process).next(1, Map.of("second", rule)).routes(RandomRules.SERVICE),
                    here,
                    elsewhere,
                    chance);
            assertThat(tree.route(call(ZoneChoice.PREFER))).isInstanceOf(Route.Redirected.class);
            if (otherwise.equals("refuse")) {
                assertThat(tree.route(call(ZoneChoice.REQUIRE))).isInstanceOf(Route.Redirected.class);
            } else {
                assertThat(pickedFor(ZoneChoice.REQUIRE, tree)).isEqualTo("plain");
                assertThat(tree.explain(call(ZoneChoice.REQUIRE)).steps())
                        .anySatisfy(step -> assertThat(step.toString())
                                .contains("second (")
                                .contains("passed over, of shop.Stock:2 there is nobody whom it may call"));
            }
        }
    }
}
