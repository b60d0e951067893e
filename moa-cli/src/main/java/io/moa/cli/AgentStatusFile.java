package io.moa.cli;

import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.moa.agent.AgentProcess;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What an agent does, in a file that is replaced as a whole each second. A file and no connection: whoever supervises the agent may end and begin
 * again, and reads on.
 */
final class AgentStatusFile implements AutoCloseable {

    private static final Logger LOG = LoggerFactory.getLogger(AgentStatusFile.class);
    private static final JsonMapper JSON = new JsonMapper();

    private final @Nullable Path file;
    private final AgentProcess agent;
    private @Nullable ScheduledExecutorService writer;
    private boolean complained; // by the writer's thread alone

    private AgentStatusFile(@Nullable Path file, AgentProcess agent) {
        this.file = file;
        this.agent = agent;
    }

    /**
     * That of an agent.
     *
     * @param file null for none
     */
    static AgentStatusFile of(@Nullable Path file, AgentProcess agent) {
        return new AgentStatusFile(file, agent);
    }

    /** From now on. */
    void begin() {
        if (file == null) {
            return;
        }
        Path into = file;
        writer = Executors.newSingleThreadScheduledExecutor(task -> {
            Thread thread = new Thread(task, "moa-agent-status");
            thread.setDaemon(true);
            return thread;
        });
        writer.scheduleWithFixedDelay(() -> write(into), 0, 1, TimeUnit.SECONDS);
    }

    private void write(Path into) {
        ObjectNode told = JSON.createObjectNode();
        told.put("pid", ProcessHandle.current().pid());
        told.put("state", agent.replaced().isDone() ? "replaced" : "serving");
        told.put("replaceable", agent.isReplaceable());
        told.put("atMillis", System.currentTimeMillis());
        told.put("calls", agent.callsEnded());
        told.put("failed", agent.callsFailed());
        told.put("connections", agent.connections());
        Path coming = into.resolveSibling(into.getFileName() + ".new");
        try {
            Files.writeString(coming, JSON.writeValueAsString(told));
            Files.move(coming, into, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
            complained = false;
        } catch (IOException | RuntimeException e) {
            if (!complained) {
                LOG.warn("The status of the agent cannot be written to {}: {}", into, "" + e);
                complained = true;
            }
        }
    }

    /** The file goes: what it says would not be true any more. */
    @Override
    public void close() {
        ScheduledExecutorService begun = writer;
        if (begun == null || file == null) {
            return;
        }
        begun.shutdownNow();
        try {
            begun.awaitTermination(5, TimeUnit.SECONDS);
            Files.deleteIfExists(file);
        } catch (IOException e) {
            LOG.warn("The status of the agent cannot be removed: {}", "" + e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
