package io.moa.ops;

import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/** An agent that is a process of this host: a child, or one that an operations agent before has left. */
final class AgentProcessRun implements AgentRun {

    private static final int LAST_WORDS = 4_096;
    private static final int SHOWN = 300;

    private final long launch;
    private final String version;
    private final ProcessHandle handle;
    private final @Nullable Process child;
    private final Path status;
    private final Path log;
    private final long logFrom;

    /**
     * One that was started.
     *
     * @param child null if it is none of ours, whose exit code nobody tells
     * @param logFrom where its words begin in the log; negative if nobody knows
     */
    AgentProcessRun(
            long launch,
            String version,
            ProcessHandle handle,
            @Nullable Process child,
            Path status,
            Path log,
            long logFrom) {
        this.launch = launch;
        this.version = version;
        this.handle = handle;
        this.child = child;
        this.status = status;
        this.log = log;
        this.logFrom = logFrom;
    }

    @Override
    public long launch() {
        return launch;
    }

    @Override
    public String version() {
        return version;
    }

    @Override
    public long pid() {
        return handle.pid();
    }

    @Override
    public Instant since() {
        return handle.info().startInstant().orElse(Instant.EPOCH);
    }

    @Override
    public boolean isAlive() {
        return child == null ? handle.isAlive() : child.isAlive();
    }

    @Override
    public @Nullable AgentReport report() {
        return LaunchedAgents.read(status);
    }

    @Override
    public String ending() {
        String how = child == null || child.isAlive() ? "has ended" : "has ended with exit code " + child.exitValue();
        String words = lastWords();
        return words.isEmpty() ? how : how + "; its last words: " + words;
    }

    /** The last line that it wrote. Another agent writes into the same file, so while there are two this may be of the other. */
    private String lastWords() {
        if (logFrom < 0) {
            return "";
        }
        try (RandomAccessFile file = new RandomAccessFile(log.toFile(), "r")) {
            long from = Math.max(Math.min(logFrom, file.length()), file.length() - LAST_WORDS);
            file.seek(from);
            byte[] bytes = new byte[(int) (file.length() - from)];
            file.readFully(bytes);
            String[] lines = new String(bytes, StandardCharsets.UTF_8).strip().split("\\R");
            String last = lines[lines.length - 1].replaceAll("\\p{Cntrl}", "?");
            return last.length() > SHOWN ? last.substring(0, SHOWN) + "..." : last;
        } catch (IOException unreadable) {
            return "";
        }
    }

    @Override
    public void end() {
        handle.destroy();
    }

    @Override
    public void kill() {
        handle.destroyForcibly();
    }
}
