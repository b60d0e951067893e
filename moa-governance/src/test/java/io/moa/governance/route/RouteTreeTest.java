package io.moa.governance.route;

import static io.moa.governance.route.RoutedStock.NOWHERE;
import static io.moa.governance.route.RoutedStock.call;
import static io.moa.governance.route.RoutedStock.instance;
import static io.moa.governance.route.RoutedStock.names;
import static io.moa.governance.route.RoutedStock.rule;
import static io.moa.governance.route.RoutedStock.share;
import static io.moa.governance.route.RoutedStock.table;
import static io.moa.governance.route.RoutedStock.tagged;
import static io.moa.governance.route.RoutedStock.to;
import static org.assertj.core.api.Assertions.assertThat;

import com.sun.management.ThreadMXBean;
import io.moa.discovery.Instance;
import io.moa.governance.rule.RandomRules;
import io.moa.invoke.Baggage;
import io.moa.invoke.Caller;
import io.moa.invoke.Invocation;
import java.lang.management.ManagementFactory;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.TreeMap;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.Test;

/** How a tree of routes grows, and what it remembers. */
class RouteTreeTest {

    private final RoutedStock stock = new RoutedStock();

    @Test
    void aTreeRemembersOnlySoMuch() {
        RouteTree tree = stock.tree(
                NOWHERE,
                Map.of(),
                instance("gray", "tag", "gray"),
                instance("base"),
                instance("load", "load-test", "true"));
        for (int i = 0; i < 3 * RouteTree.MAX_NODES; i++) {
            assertThat(names(tree.route(tagged("tag-" + i)))).containsExactly("base");
        }
        assertThat(tree.remembered()).isEqualTo(RouteTree.MAX_NODES);
        assertThat(names(tree.route(tagged("gray")))).as("it is still right").containsExactly("gray");
        assertThat(names(tree.route(tagged(null)))).containsExactly("base");
    }

    @Test
    void aTreeOfManyMembersRemembersOnlySoMany() {
        Map<String, Map<String, Object>> rules = new TreeMap<>();
        for (int i = 0; i < 200; i++) {
            rules.put("r" + i, rule("when", Map.of("method", "m" + i), "to", to("uuid", Map.of("not", "i" + i))));
        }
        Instance[] instances = new Instance[12_000];
        for (int i = 0; i < instances.length; i++) {
            instances[i] = instance("i" + i);
        }
        RouteTree tree = stock.tree(NOWHERE, rules, instances);
        for (int i = 0; i < 200; i++) {
            assertThat(((Route.To) tree.route(RandomRules.call("m" + i).build()))
                            .candidates()
                            .candidates())
                    .hasSize(11_999);
        }
        assertThat(tree.remembered()).isBetween(150, 165);
    }

    @Test
    void manyThreadsGrowOneTree() throws Exception {
        Map<String, Map<String, Object>> rules = new TreeMap<>();
        for (int i = 0; i < 8; i++) {
            rules.put("r" + i, rule("when", Map.of("key.k" + i, "1"), "to", to("uuid", Map.of("not", "i" + i))));
        }
        Instance[] instances = new Instance[10];
        for (int i = 0; i < instances.length; i++) {
            instances[i] = instance("i" + i, "tag", "t" + i);
        }
        RouteTree tree = stock.tree(NOWHERE, rules, instances);
        ExecutorService threads = Executors.newFixedThreadPool(4);
        try {
            List<Callable<Void>> walks = new ArrayList<>();
            for (int t = 0; t < 4; t++) {
                int seed = t;
                walks.add(() -> {
                    SplittableRandom random = new SplittableRandom(seed);
                    for (int i = 0; i < 20_000; i++) {
                        Map<String, String> keys = new HashMap<>();
                        Set<String> expected = new HashSet<>();
                        int bits = random.nextInt(256);
                        for (int k = 0; k < instances.length; k++) {
                            if (k < 8 && (bits >> k & 1) == 1) {
                                keys.put("k" + k, "1");
                            } else {
                                expected.add("i" + k);
                            }
                        }
                        assertThat(names(tree.route(
                                        RandomRules.call("m").callKeys(keys).build())))
                                .isEqualTo(expected);
                    }
                    return null;
                });
            }
            for (Future<Void> each : threads.invokeAll(walks)) {
                each.get();
            }
        } finally {
            threads.shutdownNow();
        }
        assertThat(tree.remembered()).as("each way once, whoever made it").isEqualTo(255);
    }

    @Test
    void oneNodeIsMadeForOneWay() {
        RouteTree tree = stock.tree(NOWHERE, Map.of(), instance("gray", "tag", "gray"), instance("base"));
        assertThat(tree.route(tagged("gray"))).isSameAs(tree.route(tagged("gray")));
        assertThat(tree.route(call())).isSameAs(tree.route(call()));
    }

    @Test
    void routingAllocatesNothing() {
        ThreadMXBean threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();
        Map<String, Map<String, Object>> rules = new TreeMap<>();
        rules.put(
                "a",
                rule(
                        "when",
                        Map.of("method", "re*", "key.customer", Map.of("from", 1, "to", 999)),
                        "to",
                        to("host", "10.*")));
        rules.put(
                "b",
                rule(
                        "when",
                        Map.of("caller", List.of("web", "app-*", "x")),
                        "to",
                        to("label.zone", Map.of("not", "west"))));
        rules.put("c", rule("when", Map.of("attachment.region", Map.of("not", "eu")), "deny", "no"));
        rules.put("d", rule("to", List.of(share("uuid", "i*", 90), share("uuid", "*", 10)), "sticky", "key.customer"));
        rules.put("e", rule("when", Map.of("key.customer", Map.of("percent", 50)), "to", to("label.zone", "$tag")));
        RouteTree tree = new RouteTree(
                table(NOWHERE, rules),
                stock.set(
                        instance("i1", "zone", "east"), instance("i2", "zone", "west"), instance("i3", "tag", "gray")),
                new SplittableRandom(1));
        Invocation call = RandomRules.call("reserve")
                .caller(new Caller("app-7", "u"))
                .callKeys(Map.of("customer", "77"))
                .baggage(Baggage.EMPTY.withTag("green").withAttachment("region", "eu"))
                .build();
        int calls = 20_000;
        long least = Long.MAX_VALUE;
        for (int round = 0; round < 5; round++) { // the compiler allocates on this thread too while it learns
            long before = threads.getCurrentThreadAllocatedBytes();
            for (int i = 0; i < calls; i++) {
                if (!(tree.route(call) instanceof Route.To)) {
                    throw new AssertionError("it goes to somebody");
                }
            }
            least = Math.min(least, threads.getCurrentThreadAllocatedBytes() - before);
        }
        assertThat(least).as("bytes of %s calls", calls).isLessThan(calls / 10);
    }
}
