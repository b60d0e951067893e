package io.moa.transport.netty;

import io.moa.protocol.frame.Frames;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;

/**
 * The calls of a connection that may be old, because this process stood still before it read them. The caller is asked for a sign of life. What it
 * sent before it answers is read before the answer is, withdrawals too, however long the reading takes. Belongs to the event loop.
 */
final class DoubtfulCalls {

    private final FrameLink link;
    private final Consumer<ServerCall> goesOn;
    private final List<ServerCall> waiting = new ArrayList<>();
    private long settled; // standstills after which the caller has answered
    private long asked; // standstills that there had been when it was asked last

    /**
     * None yet.
     *
     * @param standstills how often this process has stood still so far
     * @param goesOn lets a call go on about which there is no doubt any more
     */
    DoubtfulCalls(FrameLink link, long standstills, Consumer<ServerCall> goesOn) {
        this.link = link;
        this.goesOn = goesOn;
        this.settled = standstills;
        this.asked = standstills;
    }

    /** Whether a call that was just read may be old. */
    boolean isDoubtful(long standstills) {
        return settled != standstills;
    }

    /** Keeps it until its caller has answered. */
    void keep(ServerCall call, long standstills) {
        waiting.add(call);
        if (asked != standstills) {
            asked = standstills;
            link.output().write(out -> Frames.ping(out, standstills));
            link.output().flush();
        }
    }

    /** The caller has answered. */
    void answered(long token) {
        if (settled != asked && token == asked) {
            settled = asked;
            release();
        }
    }

    /** There will be no answer here. */
    void release() {
        List<ServerCall> all = List.copyOf(waiting);
        waiting.clear();
        all.forEach(goesOn);
    }
}
