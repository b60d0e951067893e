package io.moa.governance.wrong;

import io.netty.buffer.ByteBuf;

/** A decision that reads a clock and knows Netty, on purpose; see {@code RulesCanFailTest}. */
public final class ReadsTheClock {

    public long now(ByteBuf bytes) {
        return System.nanoTime() + bytes.readableBytes();
    }

    public Thread start(Runnable work) {
        return new Thread(work);
    }
}
