package io.moa.server.resp;

import io.moa.discovery.Instance;
import io.moa.discovery.Liveness;
import io.moa.discovery.OperatorState;
import io.moa.discovery.ServiceExport;
import io.moa.discovery.ServiceId;
import io.moa.discovery.Snapshot;
import java.util.List;
import java.util.function.BooleanSupplier;
import org.jspecify.annotations.Nullable;

/** What a server knows that follows nobody: where it is itself, and which services it offers. Safe for many threads. */
public final class OwnAddress implements RespLookup {

    private final BooleanSupplier taking;
    private volatile @Nullable Instance self;

    /**
     * One that does not know its address yet.
     *
     * @param taking whether new calls may come here now
     */
    public OwnAddress(BooleanSupplier taking) {
        this.taking = taking;
    }

    /** From now on it is known what this process announces of itself. */
    public void announce(Instance instance) {
        self = instance;
    }

    @Override
    public Found find(ServiceId service) {
        Instance known = self;
        if (known == null) {
            return new NotNow("This server is starting and has no address to tell yet");
        }
        for (ServiceExport export : known.exports()) {
            if (export.service().equals(service)) {
                boolean open = taking.getAsBoolean();
                Liveness liveness = open ? Liveness.ONLINE : Liveness.OFFLINE;
                return new Known(
                        known.uuid(),
                        open ? 1 : 2,
                        0,
                        "this server, which knows only itself",
                        false,
                        List.of(new Snapshot.Entry(known, liveness, OperatorState.NONE)));
            }
        }
        return new Never(
                "This server knows only the services that it offers itself (MOA.LIST): ask a lookup, which knows all."
                        + " ./moa lookup --registry redis://... starts one, on port 9100");
    }
}
