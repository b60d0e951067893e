package io.moa.benchmarks.mesh;

import io.moa.benchmarks.ChildProcess;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.concurrent.locks.LockSupport;

/** How much memory processes have, and have had at most, as the kernel says it. Looks each 20 ms in a thread of its own. */
final class Resident implements AutoCloseable {

    private final Map<ChildProcess, Long> watched = new LinkedHashMap<>(); // the most, in KiB; guarded by this
    private final Thread thread = new Thread(this::look, "resident");
    private long mostTogether; // guarded by this
    private volatile boolean over;

    Resident() {
        thread.setDaemon(true);
        thread.start();
    }

    synchronized void watch(ChildProcess process) {
        watched.put(process, 0L);
    }

    synchronized void forget(ChildProcess process) {
        watched.remove(process);
    }

    private void look() {
        while (!over) {
            synchronized (this) {
                long together = 0;
                for (Map.Entry<ChildProcess, Long> each : watched.entrySet()) {
                    long now = kib(each.getKey(), "VmRSS");
                    together += now;
                    each.setValue(Math.max(each.getValue(), now));
                }
                mostTogether = Math.max(mostTogether, together);
            }
            LockSupport.parkNanos(20_000_000);
        }
    }

    /** What all that were watched had at most at one time since this was asked before. */
    synchronized long mostTogether() {
        long most = mostTogether;
        mostTogether = 0;
        return most;
    }

    /** What one had at most. */
    synchronized long most(ChildProcess process) {
        return watched.getOrDefault(process, 0L);
    }

    /** A line of a process's status, in KiB; 0 if it is gone. */
    static long kib(ChildProcess process, String line) {
        try {
            for (String each : Files.readAllLines(Path.of("/proc/" + process.pid() + "/status"))) {
                if (each.startsWith(line + ":")) {
                    return Long.parseLong(each.replaceAll("[^0-9]", ""));
                }
            }
        } catch (IOException gone) {
            return 0;
        }
        return 0;
    }

    @Override
    public void close() {
        over = true;
    }
}
