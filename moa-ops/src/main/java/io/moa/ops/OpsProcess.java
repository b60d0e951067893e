package io.moa.ops;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.channels.OverlappingFileLockException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Instant;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** An operations agent that runs. Closing ends its agent; if it is killed instead, the agent goes on, and the next one finds it. */
public final class OpsProcess implements AutoCloseable {

    private static final Logger LOG = LoggerFactory.getLogger(OpsProcess.class);
    private static final long TICK_MILLIS = 100;
    private static final long REQUEST_MILLIS = 10_000;
    private static final int TICKS_OF_LOG = 50;

    private final OpsConfig config;
    private final FileChannel lock;
    private final Supervisor supervisor;
    private final AgentLog log;
    private final OpsApi api;
    private final OpsServer server;
    private final ScheduledExecutorService ticks;
    private int ticked;

    private OpsProcess(OpsConfig config, FileChannel lock, Consumer<String> told) throws IOException {
        this.config = config;
        this.lock = lock;
        Path folder = config.folder();
        VersionStore versions = new VersionStore(folder, VersionArchive.Limits.DEFAULT);
        this.log = new AgentLog(folder, config.logBytes());
        this.supervisor = new Supervisor(
                new LaunchedAgents(folder, log, versions, config.java(), config.agentOptions()),
                new StateFile(folder),
                config.startLimit().toNanos(),
                System::nanoTime,
                Instant::now,
                told);
        supervisor.adopt();
        this.api = new OpsApi(supervisor, versions);
        this.server = OpsServer.open(config.listen(), config.token(), api, REQUEST_MILLIS);
        this.ticks = Executors.newSingleThreadScheduledExecutor(task -> {
            Thread thread = new Thread(task, "moa-ops");
            thread.setDaemon(true);
            return thread;
        });
        ticks.scheduleWithFixedDelay(this::tick, 0, TICK_MILLIS, TimeUnit.MILLISECONDS);
    }

    /**
     * Starts it, with the agent that is to run.
     *
     * @param told what it does, a line each
     * @throws IllegalStateException if another one has the folder
     */
    public static OpsProcess start(OpsConfig config, Consumer<String> told) throws IOException {
        Path folder = Files.createDirectories(
                config.folder(), PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx------")));
        FileChannel lock =
                FileChannel.open(folder.resolve("lock"), StandardOpenOption.CREATE, StandardOpenOption.WRITE);
        boolean started = false;
        try {
            FileLock held = tryLock(lock);
            if (held == null) {
                throw new IllegalStateException("Another operations agent has the folder " + folder);
            }
            OpsProcess process = new OpsProcess(config, lock, told);
            started = true;
            return process;
        } finally {
            if (!started) {
                lock.close();
            }
        }
    }

    private static @Nullable FileLock tryLock(FileChannel lock) throws IOException {
        try {
            return lock.tryLock();
        } catch (OverlappingFileLockException inThisJvm) {
            return null;
        }
    }

    private void tick() {
        try {
            supervisor.tick();
            if (++ticked % TICKS_OF_LOG == 0) {
                log.rotate();
            }
        } catch (IOException | RuntimeException e) {
            LOG.error("The agent could not be looked after; it is tried again", e);
        }
    }

    /** Where it listens, with the port that was chosen. */
    public OpsAddress address() {
        return server.address();
    }

    /** A line about what it does, for people. */
    public String describe() {
        AgentRun agent = supervisor.agent();
        OpsState state = supervisor.state();
        return "version " + state.version() + ", " + (agent == null ? "no agent runs" : "process " + agent.pid()) + ", "
                + state.restarts() + " restarts";
    }

    /** Ends the agent as SIGTERM does, waits for it, and ends. */
    @Override
    public void close() throws IOException {
        server.close();
        api.close();
        ticks.shutdown();
        List<AgentRun> left = supervisor.stop();
        left.forEach(AgentRun::end);
        await(left);
        left.stream().filter(AgentRun::isAlive).forEach(AgentRun::kill);
        lock.close();
    }

    private void await(List<AgentRun> left) {
        CountDownLatch over = new CountDownLatch(1);
        long until = System.nanoTime() + config.endLimit().toNanos();
        try {
            while (left.stream().anyMatch(AgentRun::isAlive) && System.nanoTime() - until < 0) {
                over.await(20, TimeUnit.MILLISECONDS);
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
