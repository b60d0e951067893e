package io.moa.benchmarks.faults;

import io.moa.benchmarks.ChildProcess;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;

/** What a list that never rests costs those who follow it. */
final class ChurnFaults {

    private static final int INSTANCES = 1_000;
    private static final int CHANGES_PER_SECOND = 100;
    private static final int STRETCHES = 6;

    private ChurnFaults() {}

    /** B16: a thousand entries beside the four servers, of which a tenth changes each second. */
    static Finding churn(FaultOptions options) throws Exception {
        try (Scene scene = new Scene(options)) {
            scene.standalone().play();
            ChildProcess churn = scene.other("churn", Churn.class, Integer.toString(INSTANCES));
            churn.await("ready");
            // What a change costs is asked of a client that has seen many, not of a compiler that sees the first.
            churn.order("here " + CHANGES_PER_SECOND, "changes");
            Scene.pause(options.warmSeconds() * 2);
            long before = Long.parseLong(number(churn.order("here 0", "changes")));
            // By turns, because the machine is not the same from one minute to the next. Beside each stretch as many
            // changes
            // that the client does not follow: what they cost Redis and the machine is none of the client's.
            double stretch = options.faultSeconds() / STRETCHES;
            List<Seen> without = new ArrayList<>();
            List<Seen> with = new ArrayList<>();
            for (int i = 0; i < STRETCHES; i++) {
                without.add(stretch(scene, churn, "elsewhere ", stretch));
                with.add(stretch(scene, churn, "here ", stretch));
            }
            long changes = Long.parseLong(number(churn.order("here 0", "changes"))) - before;
            double[] ratios = new double[STRETCHES];
            double cpuMillis = 0;
            Finding finding = new Finding(
                    "B16",
                    INSTANCES + " entries of weight 0 beside the four servers, " + CHANGES_PER_SECOND
                            + " changes a second, half of them an instance that leaves and another that comes; by turns with as"
                            + " many changes of a service that the client does not follow");
            finding.lasted("churn lasted, in " + STRETCHES + " stretches", options);
            long failed = 0;
            for (int i = 0; i < STRETCHES; i++) {
                Seen control = without.get(i);
                Seen seen = with.get(i);
                ratios[i] = seen.usualP99() / (double) control.usualP99();
                cpuMillis += seen.cpuMillis() - control.cpuMillis();
                failed += seen.failed() + control.failed();
                finding.told(
                        "p99 of the calls, and of those beside it, stretch " + (i + 1),
                        String.format(Locale.ROOT, "%.2f / %.2f ms", seen.usualP99() / 1e3, control.usualP99() / 1e3));
            }
            Arrays.sort(ratios);
            double cores = cpuMillis / 1e3 / options.faultSeconds();
            return finding.exactly("failed", failed, 0)
                    .told("changes", changes)
                    .atMost("the client's processor time for it", Math.max(0, cores * 100), 5, " % of a core")
                    .atMost(
                            "p99 against that beside it, median of the stretches",
                            (ratios[(STRETCHES - 1) / 2] + ratios[STRETCHES / 2]) / 2,
                            1.1,
                            "×")
                    .end(scene.end());
        }
    }

    /** One stretch, of which the first second is not counted: what was begun before it is still under way. */
    private static Seen stretch(Scene scene, ChildProcess churn, String where, double seconds) throws Exception {
        churn.order(where + CHANGES_PER_SECOND, "changes");
        Scene.pause(1);
        scene.begin();
        Scene.pause(seconds);
        Seen seen = scene.turn();
        churn.order(where + "0", "changes");
        return seen;
    }

    private static String number(String answer) {
        return ChildProcess.fields(answer).getOrDefault("number", "0");
    }
}
