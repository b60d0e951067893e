package io.moa.cli;

import io.moa.discovery.Instance;
import io.moa.discovery.Liveness;
import io.moa.registry.redis.InstanceReport;
import java.util.ArrayList;
import java.util.List;
import java.util.TreeSet;

/** How a process fares, in words. */
final class InstanceState {

    private InstanceState() {}

    /** The first word tells whether clients use it; what follows tells why not, or what is odd. */
    static List<String> of(InstanceReport report) {
        List<String> words = new ArrayList<>();
        words.add(report.usable() ? "usable" : "not used");
        if (!report.passedOver().isEmpty()) {
            words.add("bad entries about it that are passed over: "
                    + report.passedOver().size());
        }
        if (report.problem() != null) {
            words.add("its record is bad: " + Printable.of(report.problem()));
        } else if (report.instance() == null) {
            words.add("not registered");
        }
        Instance instance = report.instance();
        if (instance != null && !instance.reachable()) {
            words.add(instance.addresses().isEmpty() ? "it says no address" : "no other process can connect to it");
        }
        if (instance != null && !instance.speaks(Instance.MOA_1)) {
            words.add("it speaks " + Printable.of(new TreeSet<>(instance.protocols()).toString())
                    + ", and MOA's clients " + Instance.MOA_1);
        }
        if (report.withdrawn()) {
            words.add("withdrawn by itself");
        }
        if (report.operator().offline()) {
            words.add("offline by an operator");
        }
        if (report.remembered()) {
            words.add("the registry has lost what was decided, and the process remembers it: decide again");
        }
        if (report.mark() != Liveness.ONLINE) {
            words.add(report.mark() + " by the watchers");
        }
        if (report.leaseMillis() < 0) {
            words.add("no lease");
        }
        return words;
    }
}
