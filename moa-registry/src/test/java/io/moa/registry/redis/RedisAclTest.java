package io.moa.registry.redis;

import static io.moa.registry.redis.RedisStage.SOON;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.moa.discovery.OperatorState;
import io.moa.discovery.QuotaSource;
import io.moa.discovery.Registry;
import io.moa.discovery.RuleSet;
import io.moa.discovery.ServiceId;
import io.moa.discovery.Snapshot;
import io.moa.registry.watch.Allowance;
import io.moa.registry.watch.Change;
import io.moa.registry.watch.Complaint;
import io.moa.registry.watch.Evidence;
import io.moa.registry.watch.Letter;
import io.moa.registry.watch.Verdict;
import io.moa.registry.watch.WatchStore;
import io.moa.registry.watch.Written;
import io.moa.testkit.Recorder;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** The roles as users of a real Redis: each can do its work, and not that of another. */
class RedisAclTest {

    private static final ServiceId ORDERS = ServiceId.of("orders");

    @AutoClose
    private static final RedisProcess redis = RedisProcess.withPassword("all");

    private static final boolean since7 = redis.isSince7();

    private final List<AutoCloseable> closing = new ArrayList<>();
    private String prefix;
    private RedisKeys keys;

    @BeforeEach
    void start() {
        prefix = RedisStage.nextPrefix();
        keys = new RedisKeys(prefix);
        for (RedisRole role : RedisRole.values()) {
            List<String> rules = new ArrayList<>(List.of("reset", "on", ">secret-" + role));
            rules.addAll(role.rules(prefix, since7));
            redis.call("ACL", "SETUSER", user(role), rules);
        }
    }

    @AfterEach
    void end() throws Exception {
        for (AutoCloseable open : closing) {
            open.close();
        }
    }

    private String user(RedisRole role) {
        return prefix + role;
    }

    private RedisConfig config(RedisRole role) {
        return redis.config().prefix(prefix).login(user(role), "secret-" + role).build();
    }

    private RedisRegistry registry(RedisRole role) {
        RedisRegistry registry = RedisRegistry.open(config(role));
        closing.add(0, registry);
        return registry;
    }

    private RedisLink link(RedisRole role) {
        RedisLink link = RedisLink.open(config(role));
        closing.add(0, link);
        return link;
    }

    @Test
    void aProcessRegistersFollowsAndLeaves() {
        RedisRegistry process = registry(RedisRole.PROCESS);
        Recorder<Snapshot> near = new Recorder<>();
        process.subscribe(ORDERS, near);
        Registry.Registration registration = process.register(Instances.of("a", ORDERS));
        near.await(SOON, Instances.lists("a"), "a");
        redis.call("HDEL", keys.revisions(), "a");
        SOON.until(() -> process.repairs() > 0, process::toString);
        registration.update(Instances.of("a", ORDERS).withWeight(7));
        registration.close();
        near.await(
                SOON, snapshot -> snapshot.revision() > 1 && snapshot.entries().isEmpty(), "nobody");
        awaitSubscription();
    }

    @Test
    void aSharerSharesQuotasAndDoesWhatAProcessDoesWhileAProcessAndAReaderGetNoShare() {
        List<QuotaSource.Ask> asks = List.of(new QuotaSource.Ask("q", "a", 1_000, 10, 0, 0));
        RedisRegistry sharer = registry(RedisRole.SHARER);
        assertThat(RedisStage.done(sharer.quotas().ask(asks)).get(0).calls()).isPositive();
        Recorder<Snapshot> near = new Recorder<>();
        sharer.subscribe(ORDERS, near);
        sharer.register(Instances.of("a", ORDERS));
        near.await(SOON, Instances.lists("a"), "a");
        for (RedisRole role : List.of(RedisRole.PROCESS, RedisRole.READER)) {
            CompletableFuture<?> refused = registry(role).quotas().ask(asks);
            SOON.until(refused::isDone, () -> "no answer for a " + role);
            assertThatThrownBy(refused::join).hasMessageContaining("Redis refused: NOPERM");
        }
    }

    @Test
    void aReaderFollowsServicesAndRules() {
        RedisRegistry reader = registry(RedisRole.READER);
        Recorder<Snapshot> listener = new Recorder<>();
        reader.subscribe(ORDERS, listener);
        RedisRules rules = RedisRules.over(reader.link());
        closing.add(0, rules);
        Recorder<RuleSet> ruleListener = new Recorder<>();
        rules.subscribe(ruleListener);
        registry(RedisRole.PROCESS).register(Instances.of("a", ORDERS));
        listener.await(SOON, Instances.lists("a"), "a");
        RedisStage.done(new RuleDesk(link(RedisRole.OPERATOR)).putRule("r", "text", "", "ada"));
        ruleListener.await(SOON, told -> told.rules().containsKey("r"), "the rule");
        OperatorDesk looking = new OperatorDesk(link(RedisRole.READER));
        assertThat(RedisStage.done(looking.services())).containsExactly(ORDERS);
        assertThat(RedisStage.done(looking.instances(ORDERS))).hasSize(1);
        assertThat(RedisStage.done(looking.instance("a")).evidence()).isEmpty();
        awaitSubscription();
    }

    @Test
    void anOperatorDecidesAndChangesRules() {
        Recorder<Snapshot> listener = new Recorder<>();
        RedisRegistry process = registry(RedisRole.PROCESS);
        process.subscribe(ORDERS, listener);
        process.register(Instances.of("a", ORDERS));
        listener.await(SOON, Instances.lists("a"), "a");
        RedisLink operator = link(RedisRole.OPERATOR);
        RedisStage.done(new OperatorDesk(operator).weight("a", 3, "ada"));
        listener.await(
                SOON,
                snapshot -> snapshot.entries().stream()
                        .anyMatch(entry -> entry.operator().equals(new OperatorState(false, 3, null))),
                "the decision");
        RuleDesk rules = new RuleDesk(operator);
        String version = RedisStage.done(rules.putSetting("s", "1", "", "ada"));
        assertThat(RedisStage.done(rules.removeSetting("s", version, "ada"))).isNotEmpty();
        assertThat(RedisStage.done(rules.history())).hasSize(2);
    }

    @Test
    void whoMayNotComplainFollowsOn() {
        RedisRegistry reader = registry(RedisRole.READER);
        Recorder<Snapshot> listener = new Recorder<>();
        reader.subscribe(ORDERS, listener);
        RedisRegistry process = registry(RedisRole.PROCESS);
        process.register(Instances.of("a", ORDERS));
        listener.await(SOON, Instances.lists("a"), "a");
        long reads = reader.fullReads();
        reader.complain("c", List.of(new Registry.Unreachable("a", "refused")));
        process.register(Instances.of("b", ORDERS));
        listener.await(SOON, Instances.lists("a", "b"), "b");
        assertThat(reader.fullReads()).as("it did not have to begin anew").isEqualTo(reads);
    }

    @Test
    void aWatcherDoesAllItsWorkAndAProcessComplains() {
        RedisRegistry process = registry(RedisRole.PROCESS);
        RedisStage.done(process.register(Instances.of("a", ORDERS)).registered());
        process.complain("c", List.of(new Registry.Unreachable("a", "refused")));
        RedisStage.done(
                new RedisWatchStore(link(RedisRole.PROCESS)).complain(List.of(new Complaint("d", "a", "refused"))));

        RedisWatchStore store = new RedisWatchStore(link(RedisRole.WATCHER));
        RedisStage.done(store.renew("other", true, Duration.ofSeconds(30)));
        RedisStage.done(store.renew("w", true, Duration.ofSeconds(30)));
        RedisStage.done(store.send(List.of(new Letter.Question("w", "other", "a"))));
        assertThat(RedisStage.done(store.renew("other", true, Duration.ofSeconds(30)))
                        .letters())
                .hasSize(1);
        int part = WatchStore.partOf("a");
        long fence = RedisStage.done(store.claim("w", Set.of(part), 0)).get(part);
        assertThat(RedisStage.done(store.list()).revisions()).containsOnlyKeys("a");
        assertThat(RedisStage.done(store.read(List.of("a")))).containsOnlyKeys("a");
        assertThat(RedisStage.done(store.signs(List.of("a"))).get("a").complaints())
                .containsExactlyInAnyOrder(new Complaint("c", "a", "refused"), new Complaint("d", "a", "refused"));
        for (Change change : List.of(Change.SUSPECT, Change.REMOVE, Change.REINSTATE, Change.REMOVE, Change.FORGET)) {
            Evidence evidence = new Evidence("a", change, "w", part, fence, 17, "why", 5, List.of(), List.of(), "");
            List<Allowance> allowances = change == Change.REMOVE ? List.of(new Allowance(Allowance.ALL, 5)) : List.of();
            assertThat(RedisStage.done(
                            store.write("w", List.of(new Verdict(part, fence, "a", change, allowances, evidence)))))
                    .as("%s", change)
                    .containsExactly(Written.APPLIED);
        }
        assertThat(RedisStage.done(store.evidence("a"))).hasSize(5);
        RedisStage.done(store.release("w", Map.of(part, fence)));
        RedisStage.done(store.leave("w"));
    }

    @Test
    void noRoleReachesBeyondItsRegistryOrReadsAllKeys() throws IOException {
        for (RedisRole role : RedisRole.values()) {
            try (RedisConnection connection = connection(role)) {
                refused(connection, "GET", "other");
                refused(connection, "HGET", "{other}:p", "a");
                for (String command : List.of(
                        "KEYS *", "SCAN 0", "FLUSHALL", "FLUSHDB", "CONFIG GET *", "SHUTDOWN", "MONITOR", "ACL LIST")) {
                    String[] words = command.split(" ");
                    refused(connection, words[0], List.of(words).subList(1, words.length));
                }
                refused(connection, "SUBSCRIBE", "other");
            }
        }
    }

    @Test
    void aReaderWritesNothingAndAProcessRunsNoScript() throws IOException {
        try (RedisConnection reader = connection(RedisRole.READER);
                RedisConnection process = connection(RedisRole.PROCESS)) {
            refused(reader, "HSET", keys.processes(), "a", "x");
            refused(reader, "DEL", keys.processes());
            refused(reader, "XADD", keys.logOfAll(), "*", "u", "a");
            refused(reader, "PUBLISH", keys.hintOfAll(), "");
            try (RedisConnection operator = connection(RedisRole.OPERATOR)) {
                refused(operator, "EVAL", "return 1", 0);
                refused(operator, "DEL", keys.processes());
            }
            refused(process, "EVAL", "return 1", 0);
        }
    }

    @Test
    void theTextsInTheDocumentationAreThese() throws IOException {
        String page = Files.readString(Path.of("../docs/registry.md"));
        for (RedisRole role : RedisRole.values()) {
            assertThat(page)
                    .contains("user moa-" + role.name().toLowerCase(Locale.ROOT) + " on >SECRET "
                            + role.text("moa", true) + "\n");
        }
    }

    @Test
    void fromRedis7OnAProcessCanNeitherMarkNorDecide() throws IOException {
        assumeTrue(since7, "before 7.0 a key that can be read with a command of writing users can be written");
        try (RedisConnection process = connection(RedisRole.PROCESS);
                RedisConnection sharer = connection(RedisRole.SHARER);
                RedisConnection operator = connection(RedisRole.OPERATOR)) {
            refused(sharer, "HSET", keys.marks(), "a", "x");
            assertThatThrownBy(
                            () -> sharer.call("EVAL", "return redis.call('HSET', KEYS[1], 'a', 'x')", 1, keys.marks()))
                    .isInstanceOf(RedisError.class);
            refused(process, "HSET", keys.marks(), "a", "x");
            refused(process, "HSET", keys.decisions(), "a", "x");
            refused(process, "HSET", keys.rules(), "a", "x");
            refused(operator, "HSET", keys.processes(), "a", "x");
            refused(operator, "HSET", keys.marks(), "a", "x");
        }
    }

    private RedisConnection connection(RedisRole role) throws IOException {
        return RedisConnection.open(config(role), redis.address());
    }

    private static void refused(RedisConnection connection, String command, Object... parts) {
        assertThatThrownBy(() -> connection.call(command, parts))
                .as(command)
                .isInstanceOf(RedisError.class)
                .hasMessageStartingWith("NOPERM");
    }

    private void awaitSubscription() {
        SOON.until(
                () -> Replies.number(Replies.list(redis.call("PUBSUB", "NUMSUB", keys.hint(ORDERS)))
                                .get(1))
                        > 0,
                () -> "nobody listens");
    }
}
