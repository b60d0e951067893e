package io.moa.cli;

import io.moa.discovery.Address;
import io.moa.discovery.Instance;
import io.moa.discovery.ServiceId;
import io.moa.registry.redis.InstanceReport;
import io.moa.registry.redis.OperatorDesk;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import picocli.CommandLine.Parameters;

/** Names one process, as people can: by its uuid, by the beginning of it, or by an address where it listens. */
final class InstanceArgument {

    private static final int SHORTEST = 4;
    private static final int MOST_NAMED = 5;

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
                || !exact.evidence().isEmpty()) {
            return exact;
        }
        Map<String, InstanceReport> found = new TreeMap<>();
        for (ServiceId service : RegistryOption.answer(desk.services())) {
            for (InstanceReport report : RegistryOption.answer(desk.instances(service))) {
                if (isMeant(report)) {
                    found.put(report.uuid(), report);
                }
            }
        }
        if (found.size() == 1) {
            return RegistryOption.answer(desk.instance(found.keySet().iterator().next()));
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

    private boolean isMeant(InstanceReport report) {
        if (text.length() >= SHORTEST && report.uuid().startsWith(text)) {
            return true;
        }
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
