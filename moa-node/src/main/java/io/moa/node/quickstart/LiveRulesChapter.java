package io.moa.node.quickstart;

import io.moa.client.MoaClient;
import io.moa.client.explain.CallExplanation;
import io.moa.discovery.ServiceId;
import io.moa.governance.sample.CallFacts;
import io.moa.invoke.CallException;
import io.moa.invoke.Status;
import java.util.List;
import java.util.concurrent.TimeUnit;

/** The chapter on rules that are put while everything runs: a limit, a breaker, and an explanation. Played once. */
final class LiveRulesChapter {

    private static final ServiceId SERVICE = ServiceId.of(Greeter.NAME);
    private static final String LIMIT =
            "{\"kind\": \"policy\", \"service\": \"" + Greeter.NAME + "\", \"method\": \"greet\","
                    + " \"set\": {\"rate-limit\": 20, \"rate-burst\": 5, \"rate-limit-at\": \"caller\"}}";
    private static final String NO_LIMIT = LIMIT.replace("\"rate-limit\": 20, \"rate-burst\": 5", "\"rate-limit\": 0");
    private static final String BREAKER =
            "{\"kind\": \"policy\", \"service\": \"" + Greeter.NAME + "\", \"method\": \"ponder\","
                    + " \"set\": {\"breaker-failures\": 50, \"breaker-calls\": 10, \"breaker-open\": \"500ms\", \"breaker-trials\": 2}}";
    private static final String NO_BREAKER = "{\"kind\": \"policy\", \"service\": \"" + Greeter.NAME
            + "\", \"method\": \"ponder\", \"set\": {\"breaker-failures\": 0}}";
    private static final int CALLS = 50;
    private static final int MOST_FAILURES = 1_000;

    private final Account account;
    private final Stage stage;
    private final MoaClient client;
    private final Greeter greeter;

    LiveRulesChapter(Account account, Stage stage, MoaClient client, Greeter greeter) {
        this.account = account;
        this.stage = stage;
        this.client = client;
        this.greeter = greeter;
    }

    void play() {
        account.chapter("A limit and a breaker, put while everything runs");
        limit();
        breaker();
    }

    /** Whether a rule is in force here soon after it was put. */
    private boolean put(String id, String json, String value) {
        stage.putRule(id, json);
        return Quickstart.within(
                Quickstart.PATIENCE, () -> client.describe(greeter).contains(value));
    }

    private void limit() {
        account.tell("A rule says that greet may be called 20 times in a second, 5 times at once:");
        account.literal(LIMIT);
        boolean inForce = put("quickstart-limit", LIMIT, "rate-limit            20");
        int served = 0;
        String refusal = "";
        int refused = 0;
        for (int i = 0; i < CALLS; i++) {
            try {
                greeter.greet("Ada");
                served++;
            } catch (CallException e) {
                refused += e.status() == Status.REJECTED ? 1 : 0;
                refusal = String.valueOf(e.getMessage());
            }
        }
        account.tell("Of " + CALLS + " calls, one after another, " + served + " were served and " + refused
                + " refused before they left this process:");
        account.tell(refusal);
        account.promise(
                inForce && served >= 5 && refused > 0 && served + refused == CALLS,
                "the limiter let pass what it allows, and refused the rest.");
        account.promise(
                put("quickstart-limit", NO_LIMIT, "rate-limit            0"), "another rule took the limit away.");
    }

    private void breaker() {
        account.tell("Another rule guards ponder by a circuit breaker, which opens when half of ten calls fail:");
        account.literal(BREAKER);
        boolean inForce = put("quickstart-breaker", BREAKER, "breaker-failures      50");
        int failed = 0;
        CallException refusal = null;
        while (refusal == null && failed < MOST_FAILURES) {
            try {
                greeter.ponder("Ada", -1);
            } catch (CallException e) {
                refusal = e;
            } catch (RuntimeException notAllowed) {
                failed++;
            }
        }
        long opened = System.nanoTime();
        account.tell(failed + " calls that an instance cannot do were made and failed; the next one was refused:");
        account.tell(refusal == null ? "no call was refused" : String.valueOf(refusal.getMessage()));
        account.promise(inForce && refusal != null && refusal.status() == Status.REJECTED, "the breaker opened.");
        account.tell("Why, and what else is decided about such a call, is told before it is made"
                + " (./moa explain, or MoaClient.explain):");
        CallExplanation explained = client.explain(SERVICE, "ponder", CallFacts.NONE);
        List<String> lines = explained.describe().lines().toList();
        lines.stream()
                .filter(line -> !line.startsWith("  ") || line.contains("breaker") || line.contains("refused"))
                .filter(line -> !line.isBlank())
                .forEach(account::literal);
        boolean closed = Quickstart.within(Quickstart.PATIENCE, () -> {
            try {
                greeter.ponder("Ada", 0);
                return client.explain(SERVICE, "ponder", CallFacts.NONE)
                        .method()
                        .gates()
                        .isEmpty();
            } catch (CallException stillOpen) {
                return false;
            }
        });
        account.promise(
                closed,
                "two calls tried whether it works again, and the breaker closed "
                        + TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - opened) + " ms after it had opened.");
        account.promise(
                put("quickstart-breaker", NO_BREAKER, "breaker-failures      0"),
                "another rule took the breaker away.");
    }
}
