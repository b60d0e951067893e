package io.moa.ops;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * How a version comes to many instances. Immutable.
 *
 * @param version which is to run everywhere
 * @param from where those who do not have it get it; null if it must be installed
 * @param sha256 of its archive; null if {@code from} is
 * @param batches how many instances at a time, each a number or a share such as {@code 10%}; the last one is repeated
 * @param pause how long a batch is looked at before the next begins
 * @param maxErrorRate which share of calls may fail, 0 to 1
 * @param minCalls so many calls have to have ended before their share of failures is judged
 * @param maxRestarts how often an agent may have died since the upgrade
 * @param rollBackOnStop whether those that were upgraded go back if it stops
 * @param dryRun whether it is only said what would be done
 * @param by who asks
 */
public record RolloutPlan(
        String version,
        @Nullable String from,
        @Nullable String sha256,
        List<String> batches,
        Duration pause,
        double maxErrorRate,
        long minCalls,
        long maxRestarts,
        boolean rollBackOnStop,
        boolean dryRun,
        String by) {

    private static final Pattern BATCH = Pattern.compile("([1-9][0-9]{0,5})(%?)");

    public RolloutPlan {
        batches = List.copyOf(batches);
        if (batches.isEmpty()) {
            throw new IllegalArgumentException("There is no batch: say 1,10%,50%");
        }
        for (String each : batches) {
            Matcher batch = BATCH.matcher(each);
            if (!batch.matches() || (!batch.group(2).isEmpty() && Integer.parseInt(batch.group(1)) > 100)) {
                throw new IllegalArgumentException("A batch is a number or a share such as 10%, not " + each);
            }
        }
        if ((from == null) != (sha256 == null)) {
            throw new IllegalArgumentException("--from and --sha256 go together");
        }
        if (!(maxErrorRate >= 0 && maxErrorRate <= 1)) {
            throw new IllegalArgumentException("A rate of errors is 0% to 100%");
        }
    }

    /** How many instances each batch has; shares are of all, rounded up. */
    List<Integer> sizes(int instances) {
        List<Integer> sizes = new ArrayList<>();
        int left = instances;
        for (int i = 0; left > 0; i++) {
            Matcher batch = BATCH.matcher(batches.get(Math.min(i, batches.size() - 1)));
            if (!batch.matches()) {
                throw new IllegalStateException("no batch");
            }
            int said = Integer.parseInt(batch.group(1));
            int size = batch.group(2).isEmpty() ? said : (int) ((instances * (long) said + 99) / 100);
            sizes.add(Math.min(left, size));
            left -= size;
        }
        return sizes;
    }
}
