package io.moa.governance.sample;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;

/**
 * The calls of one method by one application for which samples stand, in the order of their times.
 *
 * <p>A call that a limit or a rule kept from its provider has no ending of its own: it is taken to end as the one before it that went
 * there, or if there is none as the first one that did. If none did, it succeeds at once.
 *
 * <p>Where samples stand for several calls each, the calls of {@value #TOGETHER} samples in a row end by turns as those do. If all calls of
 * a sample ended as it did, one failure among many would look to a breaker like an outage.
 *
 * <p>Immutable, safe for many threads.
 */
final class MethodCalls {

    private static final int TOGETHER = 16;

    private final List<Sample> samples;
    private final Pace pace;
    private final List<Ending> endings;
    private final int[] rowFrom; // the first of the samples with which one takes turns
    private final int[] rowTo; // the one behind the last of them
    private final int total;

    /**
     * Calls.
     *
     * @param samples in the order of their times; at least one
     * @param routes where the calls of each go under the rules in force, if nothing limits them
     * @param sinceNanos when what the samples of all methods stand for began
     * @param untilNanos when it ended
     */
    MethodCalls(List<Sample> samples, List<Fate> routes, long sinceNanos, long untilNanos) {
        this.samples = List.copyOf(samples);
        this.pace = new Pace(this.samples, sinceNanos, untilNanos);
        this.endings = endings(samples, routes);
        int sum = 0;
        for (int i = 0; i < samples.size(); i++) {
            sum += pace.calls(i);
        }
        this.total = sum;
        this.rowFrom = new int[samples.size()];
        this.rowTo = new int[samples.size()];
        int from = 0;
        for (int i = 1; i <= samples.size(); i++) {
            if (i == samples.size()
                    || i - from == TOGETHER
                    || samples.get(i).calls() == 1
                    || samples.get(from).calls() == 1) {
                Arrays.fill(rowFrom, from, i, from);
                Arrays.fill(rowTo, from, i, i);
                from = i;
            }
        }
    }

    private static List<Ending> endings(List<Sample> samples, List<Fate> routes) {
        List<Ending> endings = new ArrayList<>();
        Ending latest = null;
        int early = 0; // so many wait for the first that is known
        for (int i = 0; i < samples.size(); i++) {
            boolean went =
                    switch (routes.get(i).kind()) {
                        case TO, UNKNOWN -> samples.get(i).ending().kind() != Ending.Kind.REFUSED;
                        case DENIED, REFUSED, FAILED, ANSWERED, MISFIT, INJECTED, INJECTED_ANSWER, LIMITED -> false;
                    };
            latest = went ? samples.get(i).ending() : latest;
            if (latest == null) {
                early++;
            } else {
                endings.add(latest);
            }
        }
        Ending first = endings.isEmpty() ? Ending.AT_ONCE : endings.get(0);
        List<Ending> all = new ArrayList<>(Collections.nCopies(early, first));
        all.addAll(endings);
        return all;
    }

    int samples() {
        return samples.size();
    }

    Sample sample(int place) {
        return samples.get(place);
    }

    /** How many calls are those of a sample, as far as that is known. */
    int calls(int place) {
        return pace.calls(place);
    }

    /** How many calls those are in all. */
    int total() {
        return total;
    }

    /** How one of the calls of a sample ends if it goes to a provider. */
    Ending ending(int place, int number) {
        int from = rowFrom[place];
        return endings.get(from + (place - from + number) % (rowTo[place] - from));
    }

    /** When one of the calls of a sample begins. */
    long momentNanos(int place, int number) {
        return pace.momentNanos(place, number);
    }
}
