package io.moa.governance.observe;

import io.moa.discovery.ServiceId;
import io.moa.internal.UntrustedText;
import io.moa.invoke.MethodId;
import io.moa.observe.CallObserver;
import io.moa.observe.MethodObserver;
import io.moa.observe.ServerFigures;
import io.moa.observe.WorkerFigures;
import io.moa.operations.ServerReport;
import io.moa.operations.WorkersReport;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** What one server of a process sees. Safe for many threads. */
final class ServerCalls implements CallObserver {

    private static final int MOST_CHARS = 300;

    private static final Comparator<WorkersReport> BUSIEST_FIRST = Comparator.comparingInt(WorkersReport::waiting)
            .thenComparingInt(WorkersReport::running)
            .reversed()
            .thenComparing(WorkersReport::name);

    private final RecentCalls recent;
    private final Consumer<ServerCalls> whenClosed;
    private volatile @Nullable ServerFigures figures;

    ServerCalls(RecentCalls recent, Consumer<ServerCalls> whenClosed) {
        this.recent = recent;
        this.whenClosed = whenClosed;
    }

    /** How busy it is; empty if it has not begun. */
    Optional<ServerReport> report(int most) {
        ServerFigures now = figures;
        if (now == null) {
            return Optional.empty();
        }
        List<WorkerFigures> pools = now.workers();
        return Optional.of(new ServerReport(
                now.connections(),
                now.heldBytes(),
                pools.size(),
                pools.stream()
                        .map(ServerCalls::report)
                        .sorted(BUSIEST_FIRST)
                        .limit(most)
                        .toList()));
    }

    private static WorkersReport report(WorkerFigures pool) {
        return new WorkersReport(
                UntrustedText.cut(pool.name(), MOST_CHARS), pool.running(), pool.queued(), pool.limit());
    }

    @Override
    public MethodObserver of(ServiceId service, MethodId method) {
        return recent.of(service, method);
    }

    @Override
    public MethodObserver ofUnknown() {
        return recent.ofUnknown();
    }

    @Override
    public void serves(ServerFigures value) {
        figures = value;
    }

    @Override
    public void close() {
        figures = null;
        whenClosed.accept(this);
    }
}
