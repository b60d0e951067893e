package io.moa.cli.conformance;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.moa.server.resp.RespConfig;
import java.io.PrintStream;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/**
 * Leads an SDK through all cases of the levels that it says it can, and tells of each. First one server, then servers that die, that come
 * back, and that break a call in its middle. For one thread.
 */
public final class ConformanceRun {

    /** The levels, in their order. */
    public static final List<String> LEVELS = List.of("calls", "exact", "large", "failover");

    private static final int ROUNDS = 30;

    private final PrintStream out;
    private final ConformanceDriver driver;
    private final Set<String> levels = new HashSet<>();
    private int passed;
    private int failed;

    private ConformanceRun(PrintStream out, ConformanceDriver driver) {
        this.out = out;
        this.driver = driver;
    }

    /**
     * Runs.
     *
     * @param command the driver: a program, and its arguments
     * @param patience how long it may take for one order
     * @return whether all cases of its levels passed, and there were some
     * @throws IllegalStateException if the driver cannot be led any further
     */
    public static boolean run(List<String> command, Duration patience, PrintStream out) {
        try (ConformanceDriver driver = new ConformanceDriver(command, patience)) {
            return new ConformanceRun(out, driver).run();
        }
    }

    private boolean run() {
        JsonNode hello = driver.tell(order("hello"));
        out.println("Driver: " + hello.path("name").asText("without a name"));
        hello.path("levels").forEach(each -> levels.add(each.asText()));
        if (levels.isEmpty()) {
            throw new IllegalStateException("The driver says in \"levels\" that it can nothing: it names some of "
                    + LEVELS + " in its answer to \"hello\"");
        }
        for (String each : levels) {
            if (!LEVELS.contains(each)) {
                throw new IllegalStateException("There is no level " + each + "; there are " + LEVELS);
            }
        }
        try (ConformanceServer first = ConformanceServer.start("first", 0, RespConfig.DEFAULT)) {
            use(first.port());
            for (ConformanceCases.Case each : ConformanceCases.all()) {
                if (levels.contains(each.level())) {
                    judge(each.level(), each.name(), each.expect(), driver.tell((ObjectNode)
                            each.ask().deepCopy()));
                }
            }
        }
        if (levels.contains("failover")) {
            failover();
        }
        for (String each : LEVELS) {
            if (!levels.contains(each)) {
                out.println("-     " + each + ": the driver does not say that it can");
            }
        }
        out.println(passed + " passed, " + failed + " failed");
        return failed == 0 && passed > 0;
    }

    private void failover() {
        ConformanceServer first = ConformanceServer.start("first", 0, RespConfig.DEFAULT);
        int port = first.port();
        try (ConformanceServer second = ConformanceServer.start("second", 0, RespConfig.DEFAULT)) {
            use(port, second.port());
            Set<String> answered = answers();
            judge("both servers are called", answered.size() == 2, "only " + answered + " answered");

            first.close();
            List<String> lost = new ArrayList<>();
            for (int i = 0; i < ROUNDS; i++) {
                JsonNode answer = driver.tell(call("server", true));
                if (!answer.at("/reply/result").asText().equals("second")) {
                    lost.add(answer.toString());
                }
            }
            judge(
                    "calls that may be repeated go on when a server is killed",
                    lost.isEmpty(),
                    lost.size() + " failed, such as " + lost);
            first = ConformanceServer.start("first", port, RespConfig.DEFAULT);
            boolean back = false;
            for (int i = 0; i < 40 * ROUNDS && !back; i++) { // an SDK may leave one alone for some seconds
                back = driver.tell(call("server", true))
                        .at("/reply/result")
                        .asText()
                        .equals("first");
                pause(back);
            }
            judge("a server that comes back is called again", back, "it was not called within a minute");
        } finally {
            first.close();
        }
        breaking();
    }

    private static void pause(boolean over) {
        if (over) {
            return;
        }
        try {
            Thread.sleep(50);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    /** One that takes calls and ends the connection: nobody knows whether they ran. */
    private void breaking() {
        try (BreakingServer breaks = BreakingServer.start()) {
            use(breaks.port());
            JsonNode unknown = driver.tell(run("once", false));
            String status = unknown.at("/reply/error/status").asText();
            judge(
                    "a call that broke off fails with what is known of it",
                    status.equals("UNAVAILABLE")
                            && unknown.at("/reply/error/executed").asText().equals("unknown"),
                    "it is told as " + unknown);
        }
        // Another one each time, for an SDK may leave one alone that broke a call.
        try (BreakingServer breaks = BreakingServer.start();
                ConformanceServer sound = ConformanceServer.start("sound", 0, RespConfig.DEFAULT)) {
            use(breaks.port(), sound.port());
            int twice = 0;
            for (int i = 0; i < ROUNDS; i++) {
                String key = "each " + i;
                driver.tell(run(key, false));
                twice += sound.runs(key) > 0 && breaks.saw(key) ? 1 : 0;
            }
            judge(
                    "a call that may have run is not sent again",
                    twice == 0 && breaks.calls() > 0,
                    breaks.calls() == 0 ? "the server that breaks was never called" : twice + " were sent twice");
        }
        try (BreakingServer breaks = BreakingServer.start();
                ConformanceServer sound = ConformanceServer.start("sound", 0, RespConfig.DEFAULT)) {
            use(breaks.port(), sound.port());
            List<String> lost = new ArrayList<>();
            for (int i = 0; i < ROUNDS; i++) {
                JsonNode answer = driver.tell(call("server", true));
                if (!answer.at("/reply/result").asText().equals("sound")) {
                    lost.add(answer.toString());
                }
            }
            judge(
                    "one that may be repeated is sent to another server",
                    lost.isEmpty() && breaks.calls() > 0,
                    lost.size() + " failed, such as " + lost);
        }
    }

    private Set<String> answers() {
        Set<String> answered = new HashSet<>();
        for (int i = 0; i < 4 * ROUNDS && answered.size() < 2; i++) {
            answered.add(driver.tell(call("server", true)).at("/reply/result").asText());
        }
        return answered;
    }

    private static ObjectNode order(String what) {
        return ConformanceCases.JSON.createObjectNode().put("do", what);
    }

    private static ObjectNode call(String method, boolean idempotent) {
        ObjectNode order = order("call").put("idempotent", idempotent);
        order.putObject("request")
                .put("service", "moa.Conformance")
                .put("method", method)
                .put("timeoutMs", 5_000);
        return order;
    }

    private static ObjectNode run(String key, boolean idempotent) {
        ObjectNode order = call("run", idempotent);
        ((ObjectNode) order.get("request")).putArray("args").add(key);
        return order;
    }

    private void use(int... ports) {
        ObjectNode order = order("use");
        ArrayNode addresses = order.putArray("addresses");
        for (int port : ports) {
            addresses.add("127.0.0.1:" + port);
        }
        driver.tell(order);
    }

    private void judge(String level, String name, JsonNode expected, JsonNode got) {
        String fault = ConformanceCases.fault(expected, got);
        tell(level, name, fault.isEmpty() ? "" : fault + (got.has("failed") ? "; it says: " + got.get("failed") : ""));
    }

    private void judge(String name, boolean good, String otherwise) {
        tell("failover", name, good ? "" : otherwise);
    }

    private void tell(String level, String name, String fault) {
        if (fault.isEmpty()) {
            passed++;
        } else {
            failed++;
        }
        out.println((fault.isEmpty() ? "ok    " : "FAIL  ") + level + ": " + name);
        if (!fault.isEmpty()) {
            out.println("      " + fault);
        }
    }
}
