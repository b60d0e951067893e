package io.moa.cli.conformance;

import io.moa.Moa;
import io.moa.server.MoaServer;
import io.moa.server.ProcessSettings;
import io.moa.server.resp.RespConfig;
import java.time.Duration;

/** A server of {@link Conformance} on loopback. Safe for many threads. */
public final class ConformanceServer implements AutoCloseable {

    private static final Duration LEAVING = Duration.ofSeconds(3);

    private final Moa moa;
    private final ConformanceService service;
    private final MoaServer server;

    private ConformanceServer(String name, int port, RespConfig resp) {
        this.moa = Moa.builder("moa-conformance").eventLoops(1).build();
        this.service = new ConformanceService(name, moa.scheduler());
        boolean started = false;
        try {
            this.server = MoaServer.builder(moa)
                    .settings(ProcessSettings.GIVEN.withoutServer())
                    .host("127.0.0.1")
                    .port(port)
                    .resp(resp)
                    .export(Conformance.class, service)
                    .closeOnShutdown(false)
                    .drainLimit(LEAVING)
                    .start();
            started = true;
        } finally {
            if (!started) {
                moa.close();
            }
        }
    }

    /**
     * Starts one.
     *
     * @param name which it tells callers
     * @param port 0 for a free one
     * @throws IllegalStateException if the port cannot be listened on
     */
    public static ConformanceServer start(String name, int port, RespConfig resp) {
        return new ConformanceServer(name, port, resp);
    }

    public int port() {
        return server.port();
    }

    /** How many times {@link Conformance#run} was called with a key. */
    int runs(String key) {
        return service.runs(key);
    }

    /** Tells its callers, finishes their calls, and ends, within some seconds. */
    public void leave() {
        server.close();
        moa.close();
    }

    /** Ends at once, as a process that is killed. */
    @Override
    public void close() {
        server.closeNow();
        moa.close();
    }
}
