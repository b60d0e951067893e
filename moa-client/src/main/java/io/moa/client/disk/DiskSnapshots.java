package io.moa.client.disk;

import io.moa.discovery.ServiceId;
import io.moa.discovery.Snapshot;
import io.moa.disk.KeptFile;
import io.moa.internal.UntrustedText;
import io.moa.invoke.Scheduler;
import io.moa.invoke.Ticker;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.Set;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.Executor;
import java.util.concurrent.RejectedExecutionException;
import java.util.function.Consumer;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Keeps, for each service that a client follows, what it last believed of it: a file for each service, so that processes of
 * one application that call different services do not undo each other. A file is written beside, forced to the disk and
 * renamed, so whoever reads sees the old one or the new one. Only the user who runs the process can read it.
 *
 * <p>Nothing here fails a call: a file that cannot be read or written is one line in the log. Safe for many threads.
 */
public final class DiskSnapshots implements AutoCloseable {

    private static final Logger LOG = LoggerFactory.getLogger(DiskSnapshots.class);
    private static final int SHOWN = 300;

    private final Path folder;
    private final DiskConfig config;
    private final Ticker ticker;
    private final LongSupplier wallMillis;
    private final Scheduler scheduler;
    private final Executor writer;

    /** Somebody who wants to know what was kept of a service. */
    private record Recall(ServiceId service, Consumer<Snapshot> told) {}

    private final Queue<Recall> recalls = new ConcurrentLinkedQueue<>();

    // Guarded by this.
    private final Map<ServiceId, Snapshot> waiting = new LinkedHashMap<>();
    private final Map<ServiceId, List<Snapshot.Entry>> written = new LinkedHashMap<>();
    private final Set<ServiceId> writing =
            new HashSet<>(); // by the writer at this moment, so the file is about to change
    private boolean due;
    private boolean complained;
    private boolean closed;

    private boolean swept; // the writer's own

    /**
     * Keeps snapshots in a folder, which is made when something is to be kept.
     *
     * @param application whose; its files stand in a folder of its own
     * @param folder where
     * @param wallMillis this host's wall clock, for the age of files
     * @param writer where files are read and written, one at a time; not a thread that calls run on
     */
    public DiskSnapshots(
            String application,
            Path folder,
            DiskConfig config,
            Ticker ticker,
            LongSupplier wallMillis,
            Scheduler scheduler,
            Executor writer) {
        this.folder = KeptFile.folderOf(folder, application);
        this.config = config;
        this.ticker = ticker;
        this.wallMillis = wallMillis;
        this.scheduler = scheduler;
        this.writer = writer;
    }

    /**
     * Reads what was known of a service when it was last written, on the thread that writes, and before anything else is written: a
     * call may wait for it.
     *
     * @param told is told there; not at all if nothing was kept, or nothing that can be believed. Must not block
     */
    public void recall(ServiceId service, Consumer<Snapshot> told) {
        recalls.add(new Recall(service, told));
        toWriter(this::recallAll);
    }

    private void recallAll() {
        for (Recall next = recalls.poll(); next != null; next = recalls.poll()) {
            try {
                Snapshot kept = read(next.service());
                if (kept != null) {
                    next.told().accept(kept);
                }
            } catch (RuntimeException e) { // what waits to be written is none of its business
                LOG.error("The list of {} was read, and then {} failed", next.service(), next.told(), e);
            }
        }
    }

    /**
     * What was known of a service when it was last written; null if nothing, or nothing that can be believed. Reads a file, on the
     * thread that calls.
     */
    public @Nullable Snapshot read(ServiceId service) {
        Path file = file(service);
        if (Files.notExists(file)) {
            return null; // before any name of a user is looked up
        }
        try {
            byte[] bytes = KeptFile.read(file, config.maxFileBytes());
            SnapshotFile.Content content = SnapshotFile.read(bytes, service, ticker.nanos(), wallMillis.getAsLong());
            long age = wallMillis.getAsLong() - content.writtenAtMillis();
            if (age > config.maxAge().toMillis()) {
                throw new IOException("it is older than " + config.maxAge());
            }
            return content.snapshot();
        } catch (NoSuchFileException firstTime) {
            return null;
        } catch (IOException | RuntimeException e) {
            return refused(service, file, e);
        }
    }

    private static @Nullable Snapshot refused(ServiceId service, Path file, Exception e) {
        LOG.warn(
                "The list of {} in {} is not used: {}. This process waits for its registry",
                service,
                file,
                UntrustedText.shownProse(e.getMessage() == null ? e.toString() : e.getMessage(), SHOWN));
        return null;
    }

    /** Remembers what is believed now, to be written soon if its entries are other ones than those in the file. */
    public void keep(Snapshot snapshot) {
        synchronized (this) {
            if (closed || snapshot.isUnknown()) {
                return;
            }
            if (snapshot.entries().equals(written.get(snapshot.service())) && !writing.contains(snapshot.service())) {
                waiting.remove(snapshot.service()); // what was to be written is over already
                return;
            }
            waiting.put(snapshot.service(), snapshot);
            if (due) {
                return;
            }
            due = true;
        }
        try {
            scheduler.schedule(this::handOver, config.interval().toNanos());
        } catch (RejectedExecutionException runtimeClosed) {
            LOG.debug("nothing is kept of a runtime that is closed", runtimeClosed);
        }
    }

    private void handOver() {
        toWriter(this::writeWaiting);
    }

    private void toWriter(Runnable task) {
        try {
            writer.execute(task);
        } catch (RejectedExecutionException ended) {
            LOG.debug("the thread that writes has ended", ended);
        }
    }

    private void writeWaiting() {
        Map<ServiceId, Snapshot> all;
        synchronized (this) {
            due = false;
            all = new LinkedHashMap<>(waiting);
            waiting.clear();
            writing.addAll(all.keySet());
        }
        for (Snapshot each : all.values()) {
            recallAll();
            write(each);
        }
    }

    private void write(Snapshot snapshot) {
        Path file = file(snapshot.service());
        try {
            if (snapshot.entries().isEmpty() && Files.notExists(file)) {
                return; // a name that nobody offers, perhaps one of very many
            }
            byte[] bytes = SnapshotFile.write(snapshot, wallMillis.getAsLong());
            if (bytes.length > config.maxFileBytes()) {
                throw new IOException("it would have " + bytes.length + " bytes, and " + config.maxFileBytes()
                        + " is the limit (maxFileBytes)");
            }
            if (!swept) {
                swept = true;
                KeptFile.sweep(folder, wallMillis.getAsLong());
            }
            KeptFile.replace(file, bytes);
            written(snapshot);
            synchronized (this) {
                complained = false;
            }
        } catch (IOException | RuntimeException e) {
            complain(snapshot.service(), file, e);
        } finally {
            synchronized (this) {
                writing.remove(snapshot.service());
            }
        }
    }

    private synchronized void written(Snapshot snapshot) {
        written.put(snapshot.service(), snapshot.entries());
    }

    /** Nobody follows the service any more; its file stays as it is, and nothing is remembered of it here. */
    public synchronized void forget(ServiceId service) {
        written.remove(service);
        Snapshot last = waiting.get(service);
        if (last != null && last.entries().isEmpty()) {
            waiting.remove(service);
        }
        recalls.removeIf(recall -> recall.service().equals(service));
    }

    /** Of how many services something is remembered here. */
    synchronized int remembered() {
        Set<ServiceId> all = new HashSet<>(written.keySet());
        all.addAll(waiting.keySet());
        recalls.forEach(recall -> all.add(recall.service()));
        return all.size();
    }

    /** Once, until a file is written again: a full disk is not a line for every change. */
    private void complain(ServiceId service, Path file, Exception e) {
        synchronized (this) {
            if (complained) {
                return;
            }
            complained = true;
        }
        LOG.warn(
                "The list of {} cannot be kept in {}: {}. Calls go on; without it this process cannot begin while its"
                        + " registry is away",
                service,
                file,
                e.toString());
    }

    /** Where a service's list is kept. */
    public Path file(ServiceId service) {
        return folder.resolve(KeptFile.nameOf(service.toString()) + ".instances");
    }
    /** Hands what waits to the writer and keeps nothing more. Idempotent. */
    @Override
    public void close() {
        synchronized (this) {
            closed = true;
        }
        handOver();
    }

    @Override
    public String toString() {
        return "DiskSnapshots[" + folder + "]";
    }
}
