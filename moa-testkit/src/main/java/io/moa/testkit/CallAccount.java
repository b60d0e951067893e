package io.moa.testkit;

import java.util.Locale;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicIntegerArray;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicReferenceArray;
import java.util.concurrent.atomic.LongAdder;
import java.util.function.IntUnaryOperator;
import org.jspecify.annotations.Nullable;

/**
 * Keeps account of calls through a fault, and proves at the end that none was lost, answered twice, executed twice or
 * answered with another's answer.
 *
 * <h2>Use</h2>
 *
 * <p>The caller takes an id with {@link #sent}, sends it in the call, and records exactly one outcome under it; the server
 * records each execution, in this JVM with {@link #executed(long)}, or in another one that reports its counts to {@link
 * #executed(long, int)}. After the last outcome, {@link #verify()}.
 *
 * <h2>Invariants</h2>
 *
 * <ul>
 *   <li>sent = ok + business + rejected + unknown: every call has one outcome and no more
 *   <li>a call that is not idempotent is executed once at most
 *   <li>a call reported as rejected, which says "not executed", was not executed
 *   <li>the id in every answer is the id of its call
 *   <li>nothing is recorded under an id that was never given out
 * </ul>
 *
 * <p>Safe for many threads, without locks; four bytes a call.
 */
public final class CallAccount {

    /** How a call ended for its caller. */
    public enum Outcome {
        /** With the value. */
        OK(1),
        /** With an exception of the implementation: it ran. */
        BUSINESS_ERROR(2),
        /** With the certainty that the implementation did not run. */
        REJECTED(3),
        /** Without anybody knowing whether the implementation ran. */
        UNKNOWN(4);

        private final int code;

        Outcome(int code) {
            this.code = code;
        }
    }

    /**
     * The sums at one moment. Immutable. While calls are under way the figures are each right and need not fit together.
     *
     * @param sent ids given out
     * @param ok calls with a value
     * @param business calls with a business error
     * @param rejected calls that were certainly not executed
     * @param unknown calls of which nobody knows
     * @param executions executions reported by the servers
     * @param executedTwice calls that are not idempotent and were executed more than once
     * @param executedThoughRejected calls reported as not executed that were executed
     * @param wrongAnswers answers that carried another id
     * @param outcomesTwice outcomes recorded for a call that had one
     * @param strangers outcomes and executions under ids that were never given out
     */
    public record Tally(
            long sent,
            long ok,
            long business,
            long rejected,
            long unknown,
            long executions,
            long executedTwice,
            long executedThoughRejected,
            long wrongAnswers,
            long outcomesTwice,
            long strangers) {

        /** Calls without an outcome. */
        public long open() {
            return sent - ok - business - rejected - unknown;
        }

        /** Whether every invariant holds. */
        public boolean balanced() {
            return open() == 0
                    && executedTwice == 0
                    && executedThoughRejected == 0
                    && wrongAnswers == 0
                    && outcomesTwice == 0
                    && strangers == 0;
        }

        /** All figures on one line. */
        @Override
        public String toString() {
            return String.format(
                    Locale.ROOT,
                    "sent %,d = ok %,d + business %,d + rejected %,d + unknown %,d (open %,d); executions %,d;"
                            + " executed twice %d; executed though rejected %d; wrong answers %d; outcomes twice %d;"
                            + " strangers %d",
                    sent,
                    ok,
                    business,
                    rejected,
                    unknown,
                    open(),
                    executions,
                    executedTwice,
                    executedThoughRejected,
                    wrongAnswers,
                    outcomesTwice,
                    strangers);
        }
    }

    /** How many calls one account takes. */
    public static final long MAX_CALLS = 1L << 30;

    // One int a call: 3 bits outcome, 1 bit idempotent, the rest executions. In chunks, so that it grows without
    // copying.
    private static final int OUTCOME_MASK = 0b111;
    private static final int IDEMPOTENT = 0b1000;
    private static final int EXECUTION = 0b1_0000;
    private static final int EXECUTIONS_SHIFT = 4;
    private static final int MAX_EXECUTIONS = (1 << 26) - 1;
    private static final int CHUNK_BITS = 16;
    private static final int CHUNK_SIZE = 1 << CHUNK_BITS;
    private static final int EXAMPLES = 10;

    private final AtomicReferenceArray<@Nullable AtomicIntegerArray> chunks =
            new AtomicReferenceArray<>((int) (MAX_CALLS >> CHUNK_BITS));
    private final AtomicLong sent = new AtomicLong();
    private final LongAdder[] outcomes = {
        new LongAdder(), new LongAdder(), new LongAdder(), new LongAdder(), new LongAdder()
    };
    private final LongAdder executions = new LongAdder();
    private final LongAdder wrongAnswers = new LongAdder();
    private final LongAdder outcomesTwice = new LongAdder();
    private final LongAdder strangers = new LongAdder();
    private final Queue<String> examples = new ConcurrentLinkedQueue<>();
    private final AtomicInteger exampleCount = new AtomicInteger();

    /**
     * Gives out the id of a call that is about to be sent.
     *
     * @param idempotent whether it may be executed more than once
     * @return 0 for the first call, and so on
     * @throws IllegalStateException if {@link #MAX_CALLS} were given out
     */
    public long sent(boolean idempotent) {
        long id = sent.get();
        while (true) {
            if (id >= MAX_CALLS) {
                throw new IllegalStateException("An account takes " + MAX_CALLS + " calls; open another one");
            }
            AtomicIntegerArray chunk = chunkFor(id); // before the id is out, so that nobody meets a known id without it
            long witness = sent.compareAndExchange(id, id + 1);
            if (witness == id) {
                if (idempotent) {
                    chunk.accumulateAndGet(slot(id), IDEMPOTENT, (before, flag) -> before | flag);
                }
                return id;
            }
            id = witness;
        }
    }

    /**
     * Records that a call returned a value.
     *
     * @param answeredId the id that the answer carried; another one than the call's is a wrong answer
     */
    public void ok(long id, long answeredId) {
        if (answeredId != id) {
            wrongAnswers.increment();
            example("call " + id + " got the answer of call " + answeredId);
        }
        outcome(id, Outcome.OK);
    }

    /** Records the outcome of a call. */
    public void outcome(long id, Outcome outcome) {
        AtomicIntegerArray chunk = known(id);
        if (chunk == null) {
            stranger("an outcome, " + outcome + ",", id);
            return;
        }
        int before = chunk.getAndUpdate(slot(id), state -> (state & OUTCOME_MASK) == 0 ? state | outcome.code : state);
        if ((before & OUTCOME_MASK) != 0) {
            outcomesTwice.increment();
            example("call " + id + " ended " + named(before & OUTCOME_MASK) + " and then " + outcome);
        } else {
            outcomes[outcome.code].increment();
        }
    }

    /** Records that the implementation ran once for a call. */
    public void executed(long id) {
        executed(id, 1);
    }

    /**
     * Records that the implementation ran for a call.
     *
     * @param times how often, beyond what was recorded before; 1 or more
     * @throws IllegalArgumentException if it is less
     */
    public void executed(long id, int times) {
        if (times < 1) {
            throw new IllegalArgumentException("Executed once or more, not " + times);
        }
        AtomicIntegerArray chunk = known(id);
        if (chunk == null) {
            stranger("an execution", id);
            return;
        }
        executions.add(times);
        IntUnaryOperator count = state -> {
            int before = state >>> EXECUTIONS_SHIFT;
            int after = (int) Math.min(MAX_EXECUTIONS, (long) before + times);
            return state + (after - before) * EXECUTION;
        };
        chunk.updateAndGet(slot(id), count);
    }

    /** How often the implementation ran for a call, as far as recorded; 0 for an unknown id. */
    public int executions(long id) {
        AtomicIntegerArray chunk = known(id);
        return chunk == null ? 0 : chunk.get(slot(id)) >>> EXECUTIONS_SHIFT;
    }

    /** How many calls have no outcome yet. To be waited on before {@link #verify()}. */
    public long open() {
        // Outcomes first: one that comes in between makes the answer too large, never too small.
        long ended = 0;
        for (LongAdder outcome : outcomes) {
            ended += outcome.sum();
        }
        return sent.get() - ended;
    }

    /** Adds everything up. Takes a step per call. */
    public Tally tally() {
        return tally(new Examples());
    }

    /**
     * Adds everything up, prints the sums as one line to standard output, and asserts the invariants.
     *
     * @return the sums
     * @throws AssertionError that shows the sums and the first calls that broke an invariant
     */
    public Tally verify() {
        Examples broken = new Examples();
        Tally tally = tally(broken);
        System.out.println("calls: " + tally);
        if (!tally.balanced()) {
            examples.forEach(broken::add);
            throw new AssertionError("The calls do not balance: " + tally + broken);
        }
        return tally;
    }

    private Tally tally(Examples broken) {
        long count = sent.get();
        long twice = 0;
        long thoughRejected = 0;
        for (long id = 0; id < count; id++) {
            int state = chunkFor(id).get(slot(id));
            int times = state >>> EXECUTIONS_SHIFT;
            if (times > 1 && (state & IDEMPOTENT) == 0) {
                twice++;
                broken.add("call " + id + " is not idempotent and was executed " + times + " times");
            }
            if (times > 0 && (state & OUTCOME_MASK) == Outcome.REJECTED.code) {
                thoughRejected++;
                broken.add("call " + id + " was reported as not executed and was executed " + times + " times");
            }
            if ((state & OUTCOME_MASK) == 0) {
                broken.add("call " + id + " has no outcome");
            }
        }
        return new Tally(
                count,
                outcomes[Outcome.OK.code].sum(),
                outcomes[Outcome.BUSINESS_ERROR.code].sum(),
                outcomes[Outcome.REJECTED.code].sum(),
                outcomes[Outcome.UNKNOWN.code].sum(),
                executions.sum(),
                twice,
                thoughRejected,
                wrongAnswers.sum(),
                outcomesTwice.sum(),
                strangers.sum());
    }

    private @Nullable AtomicIntegerArray known(long id) {
        return id < 0 || id >= sent.get() ? null : chunkFor(id);
    }

    private AtomicIntegerArray chunkFor(long id) {
        int index = (int) (id >> CHUNK_BITS);
        AtomicIntegerArray chunk = chunks.get(index);
        if (chunk == null) {
            AtomicIntegerArray fresh = new AtomicIntegerArray(CHUNK_SIZE);
            AtomicIntegerArray winner = chunks.compareAndExchange(index, null, fresh);
            chunk = winner == null ? fresh : winner;
        }
        return chunk;
    }

    private static int slot(long id) {
        return (int) (id & (CHUNK_SIZE - 1));
    }

    private void stranger(String what, long id) {
        strangers.increment();
        example(what + " came for call " + id + ", which was never sent");
    }

    private void example(String text) {
        if (exampleCount.getAndIncrement() < EXAMPLES) {
            examples.add(text);
        }
    }

    private static Outcome named(int code) {
        for (Outcome outcome : Outcome.values()) {
            if (outcome.code == code) {
                return outcome;
            }
        }
        throw new AssertionError("no outcome has the code " + code);
    }

    /** The first few breaches, one a line. */
    private static final class Examples {
        private final StringBuilder lines = new StringBuilder();
        private int count;

        void add(String line) {
            if (count++ < 2 * EXAMPLES) {
                lines.append("\n  ").append(line);
            }
        }

        @Override
        public String toString() {
            return lines.toString();
        }
    }

    @Override
    public String toString() {
        return "CallAccount[" + sent.get() + " sent, " + open() + " open]";
    }
}
