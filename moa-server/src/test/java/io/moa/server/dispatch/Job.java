package io.moa.server.dispatch;

import io.moa.governance.overload.CallRoom;
import io.moa.governance.overload.FairQueue;
import io.moa.invoke.Criticality;
import java.util.concurrent.RejectedExecutionException;
import org.jspecify.annotations.Nullable;

/** A task for a pool of which nothing is known but what it does. */
public final class Job implements WorkerPool.Task {

    private final Runnable what;
    private final FairQueue.Share share = new FairQueue.Share(Integer.MAX_VALUE);
    private volatile @Nullable RuntimeException refused;

    private Job(Runnable what) {
        this.what = what;
    }

    /**
     * Lets a pool do something.
     *
     * @throws RejectedExecutionException if it refuses at once
     */
    public static void on(WorkerPool pool, Runnable what) {
        Job job = new Job(what);
        pool.serve(job);
        RuntimeException no = job.refused;
        if (no != null) {
            throw no;
        }
    }

    @Override
    public void run() {
        what.run();
    }

    @Override
    public void refuse(CallRoom.Refusal why) {
        refused = new RejectedExecutionException(why.toString());
    }

    @Override
    public void refuse(Throwable noThread) {
        refused = new RejectedExecutionException(noThread);
    }

    @Override
    public String caller() {
        return "";
    }

    @Override
    public Criticality criticality() {
        return Criticality.CRITICAL;
    }

    @Override
    public boolean isOver(long nowNanos) {
        return false;
    }

    @Override
    public FairQueue.Share share() {
        return share;
    }
}
