package io.moa.ops;

import java.io.IOException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;
import java.util.function.LongSupplier;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Keeps an agent running, and changes its version. It decides in {@link #tick()}, which is called ten times a second, and never waits: so whoever asks is answered
 * at once, and a test says what time it is. Safe for many threads.
 */
final class Supervisor {

    private static final long SECOND = 1_000_000_000;

    /** How long an agent may take until it serves, or has taken the place of the other. */
    private final long startNanos;

    /** How long one that serves may take to stand ready to be replaced: until its own predecessor has ended. */
    private static final long READY_NANOS = 30 * SECOND;

    /** How long is waited for the one that was replaced. */
    private static final long LATE_NANOS = 30 * SECOND;

    private final AgentLauncher launcher;
    private final StateFile file;
    private final LongSupplier nanos;
    private final Supplier<Instant> clock;
    private final Consumer<String> told;
    private final RestartPause pause = new RestartPause();

    private OpsState state;
    private @Nullable AgentRun agent;
    private long agentSinceNanos;
    private long startAtNanos;
    private @Nullable Upgrade upgrade;
    private boolean ending;

    /** An upgrade that is being made. */
    private static final class Upgrade {
        private Change change;
        private @Nullable AgentRun next;
        private boolean taken;
        private long deadlineNanos;

        Upgrade(Change change, long deadlineNanos) {
            this.change = change;
            this.deadlineNanos = deadlineNanos;
        }
    }

    Supervisor(
            AgentLauncher launcher,
            StateFile file,
            long startNanos,
            LongSupplier nanos,
            Supplier<Instant> clock,
            Consumer<String> told) {
        this.launcher = launcher;
        this.file = file;
        this.startNanos = startNanos;
        this.nanos = nanos;
        this.clock = clock;
        this.told = told;
        this.state = file.read();
        this.startAtNanos = nanos.getAsLong();
    }

    /** Finds what is there; before the first tick. */
    synchronized void adopt() throws IOException {
        List<AgentRun> living = new ArrayList<>(launcher.living());
        for (AgentRun each : living) {
            if (agent == null || serves(each) || !serves(agent)) {
                agent = each; // the latest one that serves, or else the latest
            }
        }
        Change broken = state.running();
        if (agent != null) {
            agentSinceNanos = nanos.getAsLong();
            told.accept(
                    "An agent runs: version " + agent.version() + ", process " + agent.pid() + ". It is supervised on");
        }
        if (broken == null) {
            return;
        }
        AgentRun last = living.isEmpty() ? null : living.get(living.size() - 1);
        if (!broken.what().equals("install")
                && last != null
                && last.version().equals(broken.version())
                && !serves(last)) {
            // It goes on: the process that is to take over is there, and either does so or ends.
            upgrade = new Upgrade(broken, nanos.getAsLong() + startNanos);
            upgrade.next = last;
            agent = agent == last ? null : agent;
            return;
        }
        boolean over = !broken.what().equals("install")
                && agent != null
                && agent.version().equals(broken.version())
                && serves(agent);
        if (over) {
            state = state.runs(broken.version());
        }
        end(
                broken,
                over,
                over
                        ? "it runs; the operations agent was killed meanwhile"
                        : "the operations agent was killed meanwhile");
    }

    private static boolean serves(AgentRun run) {
        AgentReport report = run.report();
        return run.isAlive() && report != null && report.serving();
    }

    // ---- what is asked

    synchronized OpsState state() {
        return state;
    }

    /** The process of the agent; null if there is none now. */
    synchronized @Nullable AgentRun agent() {
        AgentRun run = agent;
        return run != null && run.isAlive() ? run : null;
    }

    /** In how many milliseconds an agent that died is started again; 0 if it is not waited for. */
    synchronized long startsInMillis() {
        return agent() != null || state.version() == null
                ? 0
                : Math.max(0, (startAtNanos - nanos.getAsLong()) / 1_000_000);
    }

    /**
     * Notes that something begins.
     *
     * @throws OpsException if another change is being made
     */
    synchronized Change begin(String what, String version, String by) throws OpsException {
        Change running = state.running();
        if (ending) {
            throw new OpsException(503, "The operations agent ends");
        }
        if (running != null) {
            throw new OpsException(
                    409,
                    "Change " + running.number() + " is being made: " + running.what() + " " + running.version()
                            + " by " + running.by());
        }
        Change change = new Change(state.nextChange(), what, version, by, clock.get(), Change.RUNNING, "begins", 0);
        set(state.withRunning(change));
        return change;
    }

    /** Notes how something ended. */
    synchronized void end(Change change, boolean well, String account) {
        Change ended = change.ended(well, account, clock.get());
        set(state.ended(ended));
        told.accept("Change " + ended.number() + ", " + ended.what() + " " + ended.version() + " by " + ended.by()
                + ": " + ended.outcome() + ", " + account);
    }

    /** Lets a version run, from the next tick on. */
    synchronized Change upgrade(String what, String version, String by) throws OpsException {
        Change change = begin(what, version, by);
        upgrade = new Upgrade(change, nanos.getAsLong() + READY_NANOS);
        return change;
    }

    // ---- what is done

    synchronized void tick() {
        if (ending) {
            return;
        }
        Upgrade now = upgrade;
        if (now != null) {
            step(now);
            return;
        }
        AgentRun run = agent;
        if (run == null || !run.isAlive()) {
            restart(run);
        }
    }

    private void restart(@Nullable AgentRun dead) {
        String version = state.version();
        if (version == null) {
            return;
        }
        long now = nanos.getAsLong();
        if (dead != null) {
            agent = null;
            long wait = pause.after(now - agentSinceNanos);
            startAtNanos = now + wait;
            String why = "process " + dead.pid() + " of version " + dead.version() + " " + dead.ending();
            set(state.restarting(why));
            told.accept("The agent is gone: " + why + ". It is started again in " + wait / SECOND + " s");
            return;
        }
        if (now - startAtNanos < 0) {
            return;
        }
        try {
            agent = launch(version, false);
            agentSinceNanos = nanos.getAsLong();
        } catch (IOException e) {
            startAtNanos = now + pause.after(0);
            set(state.restarting("it could not be started: " + e.getMessage()));
        }
    }

    private AgentRun launch(String version, boolean replace) throws IOException {
        set(state.launched());
        AgentRun run = launcher.start(state.launches(), version, replace);
        told.accept("Process " + run.pid() + " is started with version " + version + (replace ? ", to take over" : ""));
        return run;
    }

    private void step(Upgrade now) {
        if (now.taken) {
            endOld(now);
        } else if (now.next == null) {
            startNext(now);
        } else {
            awaitNext(now, now.next);
        }
    }

    private void startNext(Upgrade now) {
        AgentRun old = agent();
        AgentReport report = old == null ? null : old.report();
        if (old != null && (report == null || !report.replaceable())) {
            if (nanos.getAsLong() - now.deadlineNanos > 0) {
                fail(now, "the agent that runs does not stand ready to be replaced; its log says why");
            } else {
                step(now, "waits until the agent that runs can be replaced");
            }
            return;
        }
        try {
            now.deadlineNanos = nanos.getAsLong() + startNanos;
            now.next = launch(now.change.version(), old != null);
            step(
                    now,
                    old == null
                            ? "process " + now.next.pid() + " starts"
                            : "process " + now.next.pid() + " is to take over");
        } catch (IOException e) {
            fail(now, "it could not be started: " + e.getMessage());
        }
    }

    private void awaitNext(Upgrade now, AgentRun next) {
        if (serves(next)) {
            now.taken = true;
            now.deadlineNanos = nanos.getAsLong() + LATE_NANOS;
            pause.reset();
            set(state.runs(now.change.version()));
            step(now, "process " + next.pid() + " has taken over; the one before answers its calls");
            endOld(now);
        } else if (!next.isAlive()) {
            fail(now, "process " + next.pid() + " " + next.ending());
        } else if (nanos.getAsLong() - now.deadlineNanos > 0) {
            next.kill();
            fail(
                    now,
                    "process " + next.pid() + " did not " + (agent() == null ? "serve" : "take over") + " within "
                            + startNanos / SECOND + " s, and was killed");
        }
    }

    private void endOld(Upgrade now) {
        AgentRun old = agent;
        boolean late = old != null && old.isAlive();
        if (late && nanos.getAsLong() - now.deadlineNanos < 0) {
            return;
        }
        upgrade = null;
        agent = now.next;
        agentSinceNanos = nanos.getAsLong();
        end(
                now.change,
                true,
                late && old != null
                        ? "it runs; process " + old.pid()
                                + " of the version before still answers calls, and ends after them"
                        : "it runs");
    }

    private void fail(Upgrade now, String why) {
        upgrade = null;
        AgentRun old = agent();
        end(
                now.change,
                false,
                why
                        + (old != null
                                ? ". Version " + old.version() + " runs on, process " + old.pid()
                                : ". No agent runs now"));
    }

    private void step(Upgrade now, String step) {
        if (!now.change.told().equals(step)) {
            now.change = now.change.step(step);
            set(state.withRunning(now.change));
        }
    }

    private void set(OpsState next) {
        state = next;
        file.write(next);
    }

    /** Starts nothing any more. Returns the processes that are there. */
    synchronized List<AgentRun> stop() {
        ending = true;
        Upgrade now = upgrade;
        if (now != null) {
            upgrade = null;
            end(
                    now.change,
                    now.taken,
                    now.taken ? "it runs; the operations agent was ended" : "the operations agent was ended");
        }
        List<AgentRun> all = new ArrayList<>();
        AgentRun next = now == null ? null : now.next;
        for (AgentRun each : new AgentRun[] {agent, next}) {
            if (each != null && each.isAlive()) {
                all.add(each);
            }
        }
        return all;
    }
}
