package io.moa.transport.netty;

import io.moa.invoke.Ticker;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What a listening socket does when a connection cannot be accepted, mostly because the process has no file descriptor
 * left: it looks away for a moment, since the connection goes on waiting and asking again at once would only burn a
 * processor. Those who are connected are served meanwhile. Belongs to the event loop of the listener.
 */
final class AcceptPause extends ChannelInboundHandlerAdapter {

    private static final Logger LOG = LoggerFactory.getLogger(AcceptPause.class);
    static final long PAUSE_MILLIS = 200;
    private static final long SHORTEST_COMPLAINT_PERIOD_NANOS = TimeUnit.SECONDS.toNanos(30);

    private final Ticker ticker;
    private long failures;
    private long lastComplaintNanos;

    AcceptPause(Ticker ticker) {
        this.ticker = ticker;
    }

    /** Not passed on: Netty's own acceptor would pause for a second and log each failure. */
    @Override
    public void exceptionCaught(ChannelHandlerContext door, Throwable cause) {
        long now = ticker.nanos();
        if (failures == 0 || now - lastComplaintNanos >= SHORTEST_COMPLAINT_PERIOD_NANOS) {
            lastComplaintNanos = now;
            LOG.warn(
                    "{} cannot accept connections now ({}) and tries again every {} ms; it failed {} times before. If no"
                            + " file descriptor is left, raise the process's limit or lower maxConnections.",
                    door.channel().localAddress(),
                    cause.getMessage(),
                    PAUSE_MILLIS,
                    failures);
        }
        failures++;
        if (door.channel().config().isAutoRead()) {
            door.channel().config().setAutoRead(false);
            door.channel()
                    .eventLoop()
                    .schedule(() -> door.channel().config().setAutoRead(true), PAUSE_MILLIS, TimeUnit.MILLISECONDS);
        }
    }
}
