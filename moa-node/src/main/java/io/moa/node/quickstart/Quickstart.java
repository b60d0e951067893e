package io.moa.node.quickstart;

import io.moa.Moa;
import io.moa.client.CallOptions;
import io.moa.client.MoaClient;
import io.moa.client.disk.DiskConfig;
import io.moa.discovery.ServiceId;
import io.moa.invoke.CallTimeoutException;
import io.moa.invoke.Filter;
import io.moa.invoke.Ledger;
import io.moa.invoke.Phase;
import io.moa.node.quickstart.Greeter.Greeting;
import java.io.PrintStream;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;

/**
 * Shows what MOA does, by doing it: a registry, two instances of a service and a consumer, over real sockets; where it can,
 * on a Redis of its own and with a process for each instance. Every figure it prints was counted in this run; what it promises
 * it checks, and says so if a promise is not kept.
 */
public final class Quickstart {

    private static final int FIRST_CALLS = 200;
    private static final int CALLS = 500;
    private static final int CALLERS = 8;
    private static final Duration WATCHER_PATIENCE = Duration.ofSeconds(60);
    static final Duration PATIENCE = Duration.ofSeconds(10);

    private final Account account;
    private volatile Ledger ledgerOfLastCall = new Ledger(Phase.CLIENT_QUEUE, 0);

    /**
     * A quickstart.
     *
     * @param out where the account is written
     * @param colour whether to write it in colours
     */
    public Quickstart(PrintStream out, boolean colour) {
        this.account = new Account(out, colour);
    }

    /**
     * Runs it, once. Takes a few seconds and blocks that long.
     *
     * @return whether everything went as promised
     */
    public boolean run() {
        account.title("MOA quickstart: a registry, two instances of a service and a consumer, over real sockets");
        try (Stage stage = Stage.open();
                Provider a = stage.provider("A");
                Provider b = stage.provider("B");
                Moa moa = Moa.builder("consumer")
                        .registry(stage.registry())
                        .rules(stage.rules())
                        .build();
                MoaClient client = MoaClient.builder(moa)
                        .filter(rememberLedger())
                        .disk(DiskConfig.OFF) // the next run has another registry
                        .build()) {
            Greeter greeter = client.stub(Greeter.class);
            account.tell("The stage: " + stage.what() + ".");
            account.tell("Instance A, " + a.what() + ", listens at " + a.address() + "; instance B, " + b.what()
                    + ", at " + b.address()
                    + ". Each has announced itself in the registry, where the consumer found both.");

            whoAnswers(greeter);
            whereTheTimeGoes(greeter);
            whatTakesTooLong(client, greeter);
            otherWaysToCall(client, greeter, a, b);
            new LiveRulesChapter(account, stage, client, greeter).play();
            try (Provider c = oneLeavesOneComes(stage, greeter, a)) {
                oneIsKilled(stage, greeter, b, c);
            }
        }
        return sumUp();
    }

    private void whoAnswers(Greeter greeter) {
        account.chapter("Who answers");
        Map<String, Integer> answers = new TreeMap<>();
        long start = System.nanoTime();
        for (int i = 0; i < FIRST_CALLS; i++) {
            answers.merge(greeter.greet("Ada").by(), 1, Integer::sum);
        }
        long tookMicros = TimeUnit.NANOSECONDS.toMicros(System.nanoTime() - start);
        account.tell(
                FIRST_CALLS + " calls of greet(\"Ada\"), one after another: A answered " + answers.getOrDefault("A", 0)
                        + ", B answered " + answers.getOrDefault("B", 0) + ". That took " + tookMicros / 1000
                        + " ms in a JVM that has just started, so it says little about speed.");
        account.promise(answers.size() == 2, "both instances answered.");
    }

    private void whereTheTimeGoes(Greeter greeter) {
        account.chapter("Where the time of one call goes");
        greeter.greet("Ada");
        account.ledger(ledgerOfLastCall);
        account.tell("The server measured its own part and sent it back with the reply. Every call has such a ledger.");
    }

    private void whatTakesTooLong(MoaClient client, Greeter greeter) {
        account.chapter("What happens when a call takes too long");
        Greeter hasty = client.with(greeter, CallOptions.NONE.withTimeout(Duration.ofSeconds(1)));
        try {
            hasty.ponder("Ada", 1_500);
            account.promise(false, "a call that takes 1.5 s should not have ended within 1 s.");
        } catch (CallTimeoutException e) {
            account.tell("A caller that waits 1 s called a method that takes 1.5 s, and was told:");
            account.tell(String.valueOf(e.getMessage()));
            account.promise(
                    String.valueOf(e.getMessage()).contains("went to " + Phase.EXECUTE.label()),
                    "the message names the phase that is to blame.");
        }
    }

    private void otherWaysToCall(MoaClient client, Greeter greeter, Provider a, Provider b) {
        account.chapter("Other ways to call");

        CompletableFuture<Greeting> declared = greeter.greetLater("Grace");
        CompletableFuture<Greeting> made = client.async(greeter, g -> g.ponder("Edsger", 20));
        boolean waited = made.isDone();
        account.tell("Asynchronous: two calls were on their way at once and brought \""
                + declared.join().text() + "\" and \""
                + made.join().text() + "\".");
        account.promise(!waited, "the caller went on before the reply was there.");

        greeter.note("the quickstart was here");
        boolean arrived = within(PATIENCE, () -> a.counts().notes() + b.counts().notes() == 1);
        account.promise(arrived, "the one-way call arrived, and nobody waited for a reply.");

        Object plain = client.generic(ServiceId.of(Greeter.NAME)).call("greet(java.lang.String)", "Alan");
        account.tell("Generic: without the Java interface, the same service answered with plain data, " + plain + ".");
        account.promise(
                plain instanceof Map<?, ?> map && "Hello, Alan".equals(map.get("text")),
                "a caller needs no class of the service.");
    }

    /** Returns the instance that comes. */
    private Provider oneLeavesOneComes(Stage stage, Greeter greeter, Provider leaving) {
        account.chapter("An instance leaves, another comes, while " + CALLERS + " threads go on calling");
        Provider coming;
        SteadyCallers callers = SteadyCallers.start(CALLERS, "quickstart-caller", () -> greeter.greet("Ada"));
        try (callers) {
            callers.awaitMore(CALLS);
            // The call that timed out above has made the consumer shy of its instance for a second; perhaps it was this
            // one.
            long runs = leaving.counts().runs();
            within(PATIENCE, () -> leaving.counts().runs() >= runs + CALLS / 5);
            int inFlight = leaving.counts().inFlight();
            long start = System.nanoTime();
            leaving.close();
            long millis = TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - start);
            account.tell(
                    "Instance A was closed gracefully with " + calls(inFlight) + " in flight: it left the registry,"
                            + " told the consumer,"
                            + (inFlight == 0 ? "" : " answered what was under way,") + " and was gone after " + millis
                            + " ms.");
            callers.awaitMore(CALLS);
            coming = stage.provider("C");
            within(PATIENCE, () -> coming.counts().runs() >= CALLS / 5);
        }
        account.tell("Then instance C came, at " + coming.address() + ". In all " + callers.whoAnswered() + ".");
        tellFailures(callers);
        account.promise(callers.failed() == 0, "calls " + callers.made() + ", failed " + callers.failed() + ".");
        account.promise(coming.counts().runs() > 0, "the newcomer was found and called.");
        return coming;
    }

    private void oneIsKilled(Stage stage, Greeter greeter, Provider victim, Provider survivor) {
        account.chapter("An instance dies, while " + (CALLERS + CALLERS / 2) + " threads go on calling");
        long repeatedBefore = survivor.counts().repeated();
        SteadyCallers idempotent = SteadyCallers.start(CALLERS, "quickstart-idempotent", () -> greeter.find("Ada"));
        SteadyCallers plain = SteadyCallers.start(CALLERS / 2, "quickstart-plain", () -> greeter.ponder("Ada", 2));
        int inFlight;
        long killed;
        long removedAfter;
        List<String> removal;
        try (idempotent;
                plain) {
            idempotent.awaitMore(CALLS / 5);
            within(PATIENCE, () -> victim.counts().inFlight() >= CALLERS / 2);
            inFlight = victim.counts().inFlight();
            killed = System.nanoTime();
            stage.kill(victim);
            idempotent.awaitMore(CALLS / 5);
            plain.awaitMore(CALLS / 5);
            removal = stage.removal(victim, WATCHER_PATIENCE);
            removedAfter = System.nanoTime() - killed;
            idempotent.awaitMore(CALLS / 5);
        }
        stage.mend();
        account.tell("Instance B was killed and said nothing to anybody, with " + calls(inFlight)
                + " in flight, and the registry went on listing it.");
        tellFailures(idempotent);
        account.promise(
                idempotent.failed() == 0,
                "idempotent calls " + idempotent.made() + ", failed " + idempotent.failed() + ".");
        account.tell("Sent a second time, to instance C: "
                + calls(survivor.counts().repeated() - repeatedBefore)
                + ". Calls of a method that is not declared idempotent are"
                + " sent again only if they certainly did not run; of " + plain.made() + " of those " + plain.failed()
                + " failed" + (plain.failed() == 0 ? "." : ", and the caller was told that they may have run:"));
        tellFailures(plain);
        account.promise(
                plain.failures().keySet().stream().allMatch(kind -> kind.startsWith("UNAVAILABLE")),
                "no caller was left waiting for its timeout.");
        if (removal != null) {
            account.tell("The watcher's word, " + TimeUnit.NANOSECONDS.toMillis(removedAfter)
                    + " ms after the death (the instances' leases are 3 s here, 10 s by default):");
            removal.forEach(account::tell);
            account.promise(
                    !removal.isEmpty(), "the watcher took the dead instance off the online list, with evidence.");
        }
    }

    private static String calls(long number) {
        return number == 1 ? "1 call" : number + " calls";
    }

    private void tellFailures(SteadyCallers callers) {
        callers.failures()
                .forEach((kind, count) -> account.tell(count.sum() + " × " + kind + ": " + callers.example(kind)));
    }

    private boolean sumUp() {
        boolean kept = account.broken() == 0;
        account.chapter("In short");
        account.tell(
                kept
                        ? "Everything went as promised. The consumer named a service and never an address; it saw one"
                                + " instance leave, one come and one die, and lost no call that could be saved; a limit"
                                + " and a breaker were put by rules while it ran. Where"
                                + " the time of a call went stands in its ledger."
                        : account.broken() + " of the promises above were not kept. That should not happen: please"
                                + " report it with this account.");
        account.tell("What to do next: read README.md and examples/, beginning with the smallest program;"
                + " docs/concepts.md explains the words used here. To call the service yourself:");
        account.literal("./moa quickstart --serve --port 9000");
        account.literal("./moa call 127.0.0.1:9000 " + Greeter.NAME + " 'greet(java.lang.String)' '[\"Ada\"]'");
        return kept;
    }

    private Filter rememberLedger() {
        return (call, next) -> {
            ledgerOfLastCall = call.ledger();
            return next.invoke(call);
        };
    }

    static boolean within(Duration limit, java.util.function.BooleanSupplier condition) {
        long start = System.nanoTime();
        while (!condition.getAsBoolean()) {
            if (System.nanoTime() - start > limit.toNanos()) {
                return false;
            }
            LockSupport.parkNanos(200_000);
        }
        return true;
    }
}
