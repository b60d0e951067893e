package io.moa.governance.sample;

import java.util.List;

/**
 * When the calls of one method were made for which samples stand, and how many those were, as far as samples tell.
 *
 * <p>A sample that stands for itself has its own moment. The others were drawn by chance, so two of them may be close together without any
 * more calls between them than elsewhere: if as many calls lay between any two, each short gap would look like a burst. So the calls of
 * {@value #STRETCH} such samples in a row, or up to twice as many, are spread evenly from the sample before the first of them to the last
 * one, those of the last ones until the samples of all methods end; what is said of their rate is wrong by about one part in the square
 * root of the number of samples. Where fewer were drawn, those just before them that stand for themselves say what the rate was, unless the
 * drawn ones speak against it by three standard deviations.
 * A gap of {@value #PAUSE} times the mean is a pause, and no chance: what comes after it is not spread over it.
 *
 * <p>Immutable, safe for many threads.
 */
final class Pace {

    private static final int STRETCH = 256;
    private static final int PAUSE = 16; // among a million gaps chance makes none so long
    private static final int DEVIATIONS = 3;

    private final List<Sample> samples;
    private final long sinceNanos;
    private final long untilNanos;
    private final double pauseNanos;
    private final int[] calls; // of each sample
    private final long[] lastNanos; // when the last of them began
    private final long[] stepNanos; // from one of them to the next

    /**
     * The pace of some calls.
     *
     * @param samples in the order of their times; at least one
     * @param sinceNanos when what the samples of all methods stand for began
     * @param untilNanos when it ended
     */
    Pace(List<Sample> samples, long sinceNanos, long untilNanos) {
        this.samples = samples;
        this.sinceNanos = sinceNanos;
        this.untilNanos = untilNanos;
        this.calls = new int[samples.size()];
        this.lastNanos = new long[samples.size()];
        this.stepNanos = new long[samples.size()];
        this.pauseNanos = PAUSE * meanGap();
        int from = 0;
        while (from < calls.length) {
            int to = from + 1;
            if (isDrawn(from)) {
                while (to < calls.length && isDrawn(to) && gap(to) <= pauseNanos && gap(from) <= pauseNanos) {
                    to++;
                }
                int parts = Math.max(1, (to - from) / STRETCH);
                for (int i = 0; i < parts; i++) {
                    spread(from + (to - from) * i / parts, from + (to - from) * (i + 1) / parts);
                }
            } else {
                calls[from] = 1;
                lastNanos[from] = samples.get(from).beganNanos();
            }
            from = to;
        }
    }

    private boolean isDrawn(int place) {
        return samples.get(place).calls() > 1;
    }

    private long beforeNanos(int place) {
        return place == 0 ? sinceNanos : samples.get(place - 1).beganNanos();
    }

    private long gap(int place) {
        return samples.get(place).beganNanos() - beforeNanos(place);
    }

    /** So long was none of them drawn before the end. */
    private long tail() {
        return untilNanos - samples.get(samples.size() - 1).beganNanos();
    }

    private double meanGap() {
        double sum = tail();
        int drawn = 1; // the last gap is the tail
        for (int i = 0; i < samples.size(); i++) {
            if (isDrawn(i)) {
                sum += gap(i);
                drawn++;
            }
        }
        return sum / drawn;
    }

    private void spread(int from, int to) {
        boolean isLast = to == samples.size() && tail() <= pauseNanos;
        long ends = isLast ? untilNanos : samples.get(to - 1).beganNanos();
        long counted = 0;
        for (int i = from; i < to; i++) {
            counted += samples.get(i).calls();
        }
        long all = number(from, to, counted, ends - beforeNanos(from));
        long step = (ends - beforeNanos(from)) / all;
        long before = 0;
        long weight = 0;
        for (int i = from; i < to; i++) {
            weight += samples.get(i).calls();
            long until = all * weight / counted;
            calls[i] = (int) (until - before);
            lastNanos[i] = ends - (all - until) * step;
            stepNanos[i] = step;
            before = until;
        }
    }

    /** For how many calls drawn samples stand: for as many as they say, or fewer samples than a stretch for as many as fit what came before. */
    private long number(int from, int to, long counted, long nanos) {
        int first = from;
        while (first > 0 && !isDrawn(first - 1) && to - first < STRETCH) {
            first--;
        }
        long nanosBefore = beforeNanos(from) - beforeNanos(first);
        if (nanosBefore <= 0 || nanos <= 0) {
            return counted;
        }
        int before = from - first;
        int drawn = to - from;
        double share = (double) drawn / counted; // of the calls was drawn
        double expected = nanos * share * before / nanosBefore;
        double off = drawn - expected;
        if (off * off > DEVIATIONS * DEVIATIONS * Math.max(drawn, expected)) {
            return counted;
        }
        // Each sample is one event: of all calls before, and of that share of them since.
        double perNano = (before + drawn) / (nanosBefore + nanos * share);
        return Math.max(drawn, Math.round(nanos * perNano));
    }

    /** How many calls are those of a sample. */
    int calls(int place) {
        return calls[place];
    }

    /** When one of the calls of a sample began, counted from 0. */
    long momentNanos(int place, int number) {
        return lastNanos[place] - (calls[place] - 1 - number) * stepNanos[place];
    }
}
