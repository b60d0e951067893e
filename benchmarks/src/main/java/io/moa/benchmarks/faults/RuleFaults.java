package io.moa.benchmarks.faults;

import io.moa.benchmarks.ChildProcess;
import io.moa.registry.redis.RuleDesk;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** What happens to calls when rules change. */
final class RuleFaults {

    private static final int PROCESSES = 4;
    private static final int CLIENTS = 20; // in all of them
    private static final int CALLS = 50; // of each client, a second; every second one is led

    private RuleFaults() {}

    /**
     * R1: a policy and a route change one after the other; nobody may fail for that, and all obey soon. Each round's route leads the calls
     * of one method to another one of the servers, and a client obeys it when these calls have begun to arrive there and nowhere else,
     * counted from before the change is written; calls of other methods go on everywhere. The policy is in force when each client says so.
     */
    static Finding changed(FaultOptions options) throws Exception {
        try (Scene scene = new Scene(options)) {
            scene.standalone().play();
            List<String> servers = new ArrayList<>();
            for (ChildProcess server : scene.servers()) {
                servers.add(ChildProcess.field(scene.ready(server), "uuid"));
            }
            RuleDesk desk = new RuleDesk(scene.link());
            // There are rules before anything is changed: four processes that load the code for their first one at once
            // are not judged.
            desk.putRule("led", route(servers.get(servers.size() - 1)), null, "benchmark")
                    .get();
            desk.putRule("tries", policy(2), null, "benchmark").get();
            List<ChildProcess> clients = new ArrayList<>();
            for (int i = 0; i < PROCESSES; i++) {
                clients.add(scene.other("led-" + i, LedClients.class, "" + CLIENTS / PROCESSES, "" + CALLS));
            }
            for (ChildProcess each : clients) {
                each.await("ready");
            }
            scene.turn();
            Scene.pause(options.controlSeconds());
            Seen control = scene.turn();
            all(clients, "turn", "seen");
            Obedience obedience = new Obedience(servers);
            for (int round = 0; round < options.rounds(); round++) {
                String target = servers.get(round % servers.size());
                all(clients, "expect " + target, "expecting");
                long begun = System.nanoTime();
                desk.putRule("led", route(target), null, "benchmark").get();
                String version = desk.putRule("tries", policy(3 + round % 3), null, "benchmark")
                        .get();
                obedience.written((System.nanoTime() - begun) / 1_000_000);
                obedience.policy(all(clients, "ruled rule tries, version " + version, "ruled"));
                Scene.pause(1);
                obedience.route(all(clients, "arrived", "arrived"));
            }
            Seen seen = scene.turn();
            long sent = 0;
            long failed = 0;
            for (Map<String, String> each : all(clients, "turn", "seen")) {
                sent += Long.parseLong(ChildProcess.field(each, "sent"));
                failed += Long.parseLong(ChildProcess.field(each, "failed"));
            }
            Finding finding = new Finding(
                            "R1",
                            "live rules change: a policy and a route, once a second, for " + CLIENTS + " clients in "
                                    + PROCESSES + " processes and the one under load")
                    .came("changes", options)
                    .told("calls under load", seen.sent())
                    .exactly(
                            "calls that failed",
                            seen.failedIdempotent()
                                    + seen.failedUnexecuted()
                                    + seen.unknown()
                                    + seen.wrong()
                                    + seen.unended(),
                            0)
                    .told("calls of the clients", sent)
                    .exactly("calls of the clients that failed", failed, 0);
            obedience.tell(finding);
            return finding.atMost("p99 against the control", seen.p99() / (double) control.p99(), 2, "×")
                    .end(scene.end());
        }
    }

    /** It leads to a server also while that is ejected, as one may be that the machine held up: only the rule is judged here. */
    private static String route(String uuid) {
        return "{\"kind\": \"route\", \"service\": \"moa.benchmarks.Counted\", \"when\": {\"method\": \"led\"},"
                + " \"to\": [{\"where\": {\"uuid\": \"" + uuid + "\"}}], \"otherwise\": \"refuse\"}";
    }

    private static String policy(int attempts) {
        return "{\"kind\": \"policy\", \"service\": \"*\", \"set\": {\"attempts\": " + attempts + "}}";
    }

    /** Gives all the same order, and then waits for what each answers. */
    private static List<Map<String, String>> all(List<ChildProcess> clients, String order, String answer)
            throws Exception {
        for (ChildProcess each : clients) {
            each.send(order);
        }
        List<Map<String, String>> answers = new ArrayList<>();
        for (ChildProcess each : clients) {
            String rest = each.await(answer);
            answers.add(rest.isEmpty() ? Map.of() : ChildProcess.fields(rest));
        }
        return answers;
    }

    /** How soon and how well all clients did what the rules of all rounds say. Used by one thread. */
    private static final class Obedience {
        private final List<String> servers;
        private long writtenWorst;
        private long policyWorst;
        private boolean policyMissed;
        private long routeNever;
        private long routeWorst;
        private long routeWorstLater; // without the first round, for which some code is loaded
        private long routeSum;
        private long narrowed;
        private int rounds;

        Obedience(List<String> servers) {
            this.servers = servers;
        }

        void written(long millis) {
            writtenWorst = Math.max(writtenWorst, millis);
        }

        void policy(List<Map<String, String>> ruled) {
            for (Map<String, String> each : ruled) {
                long millis = Long.parseLong(ChildProcess.field(each, "millis"));
                policyMissed |= millis < 0;
                policyWorst = Math.max(policyWorst, millis);
            }
        }

        void route(List<Map<String, String>> arrived) {
            Set<String> unled = new HashSet<>();
            for (Map<String, String> each : arrived) {
                routeNever += Long.parseLong(ChildProcess.field(each, "never"));
                long worst = Long.parseLong(ChildProcess.field(each, "worst"));
                routeWorst = Math.max(routeWorst, worst);
                routeWorstLater = Math.max(routeWorstLater, rounds == 0 ? 0 : worst);
                routeSum += Long.parseLong(ChildProcess.field(each, "sum"));
                unled.addAll(List.of(ChildProcess.field(each, "unled").split(",")));
            }
            narrowed += unled.containsAll(servers) ? 0 : 1;
            rounds++;
        }

        void tell(Finding finding) {
            long obeyed = Math.max(1, (long) rounds * CLIENTS - routeNever);
            finding.exactly(
                            "clients whose calls did not come to arrive where a route led them, in all rounds",
                            routeNever,
                            0)
                    .told("route in force for a client after, on average, ms", routeSum / obeyed)
                    .atMost("route in force for all clients after, at worst", routeWorst, 1_000, " ms")
                    .told("the same without the first change, ms", routeWorstLater)
                    .told("of these until both changes were written, at worst, ms", writtenWorst)
                    .atMost(
                            "policy in force for all clients after, at worst",
                            policyMissed ? -1 : policyWorst,
                            1_000,
                            " ms")
                    .exactly("rounds in which calls that no rule leads did not reach every server", narrowed, 0);
        }
    }
}
