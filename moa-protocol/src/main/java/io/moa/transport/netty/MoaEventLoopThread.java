package io.moa.transport.netty;

import io.moa.transport.EventLoopThread;
import io.netty.util.concurrent.FastThreadLocalThread;

/** A thread that drives connections, recognisable as one. */
final class MoaEventLoopThread extends FastThreadLocalThread implements EventLoopThread {

    MoaEventLoopThread(Runnable task, String name) {
        super(task, name);
        setDaemon(true);
    }
}
