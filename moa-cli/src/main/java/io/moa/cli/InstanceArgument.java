package io.moa.cli;

import io.moa.discovery.Address;
import io.moa.discovery.Instance;
import io.moa.discovery.OperatorState;
import io.moa.discovery.ServiceId;
import io.moa.registry.redis.InstanceReport;
import io.moa.registry.redis.OperatorDecision;
import io.moa.registry.redis.OperatorDesk;
import io.moa.registry.redis.UnreadableServiceException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** Names one process, as people can: by its uuid, by the beginning of it, or by an address where it listens. */
final class InstanceArgument {

    private static final int SHORTEST = 4;
    private static final int MOST_NAMED = 5;

    @Spec(Spec.Target.MIXEE)
    private CommandSpec spec;

    @Parameters(
            index = "0",
            paramLabel = "INSTANCE",
            description = "The uuid of a process, its first characters (at least " + SHORTEST
                    + "), or host:port where it listens; ./moa ls SERVICE lists them.")
    private String text;

    /**
     * Finds the process.
     *
     * @throws IllegalStateException if there is none, or more than one
     */
    InstanceReport find(OperatorDesk desk) {
        InstanceReport exact = RegistryOption.answer(desk.instance(text));
        if (exact.instance() != null
                || exact.problem() != null
                || !exact.evidence().isEmpty()
                || !exact.operator().equals(OperatorState.NONE)) {
            return exact;
        }
        Map<String, InstanceReport> found = new TreeMap<>();
        for (ServiceId service : RegistryOption.answer(desk.services())) {
            for (InstanceReport report : listed(desk, service)) {
                if (isMeant(report)) {
                    found.put(report.uuid(), report);
                }
            }
        }
        preferTheLiving(found);
        if (found.size() == 1) {
            return RegistryOption.answer(desk.instance(found.keySet().iterator().next()));
        }
        if (found.isEmpty()) {
            Set<String> away = new TreeSet<>();
            for (OperatorDecision decision : RegistryOption.answer(desk.decisions())) {
                if ((text.length() >= SHORTEST && decision.uuid().startsWith(text))
                        || decision.place().endsWith(" tcp://" + text)) {
                    away.add(decision.uuid());
                }
            }
            if (away.size() == 1) {
                return RegistryOption.answer(desk.instance(away.iterator().next()));
            }
            away.forEach(uuid -> found.put(uuid, exact));
        }
        if (found.isEmpty()) {
            throw new IllegalStateException("The registry knows no process " + Printable.of(text)
                    + ": write its uuid, at least " + SHORTEST
                    + " of its first characters, or host:port; ./moa ls SERVICE lists them");
        }
        List<String> names = new ArrayList<>(found.keySet());
        throw new IllegalStateException(Printable.of(text) + " may be any of " + found.size() + " processes: "
                + Printable.of(String.join(", ", names.subList(0, Math.min(MOST_NAMED, names.size()))))
                + (names.size() > MOST_NAMED ? ", ..." : "") + "; say which");
    }

    private static List<InstanceReport> listed(OperatorDesk desk, ServiceId service) {
        try {
            return RegistryOption.answer(desk.instances(service));
        } catch (UnreadableServiceException e) {
            return List.of(); // ls tells it; the process may stand in another service
        }
    }

    /** Of an address, only one process can be the owner: what crashed there before it has lost its lease, or will. */
    private void preferTheLiving(Map<String, InstanceReport> found) {
        if (found.values().stream().anyMatch(report -> !listensThere(report))) {
            return;
        }
        List<String> living = found.values().stream()
                .filter(report -> report.leaseMillis() >= 0)
                .map(InstanceReport::uuid)
                .toList();
        if (living.size() != 1 || found.size() == 1) {
            return;
        }
        List<String> others = new ArrayList<>(found.keySet());
        others.removeAll(living);
        found.keySet().retainAll(living);
        spec.commandLine()
                .getErr()
                .println("moa: " + Printable.of(text) + " is taken for " + Printable.of(living.get(0))
                        + ", which has a lease; without one, and listed there, too: "
                        + Printable.of(String.join(", ", others.subList(0, Math.min(MOST_NAMED, others.size()))))
                        + (others.size() > MOST_NAMED ? ", ..." : ""));
    }

    private boolean isMeant(InstanceReport report) {
        if (text.length() >= SHORTEST && report.uuid().startsWith(text)) {
            return true;
        }
        return listensThere(report);
    }

    private boolean listensThere(InstanceReport report) {
        Instance instance = report.instance();
        if (instance == null) {
            return false;
        }
        for (Address address : instance.addresses()) {
            if (address.toString().equals(text) || address.toString().equals("tcp://" + text)) {
                return true;
            }
        }
        return false;
    }
}
