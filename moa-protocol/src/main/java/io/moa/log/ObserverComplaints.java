package io.moa.log;

import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Consumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Tells the log that an observer throws, once: it may throw with every call. Safe for many threads. */
public final class ObserverComplaints implements Consumer<Throwable> {

    private static final Logger LOG = LoggerFactory.getLogger(ObserverComplaints.class);

    private final String whose;
    private final AtomicBoolean told = new AtomicBoolean();

    /** Of the observers of one client or server. */
    public ObserverComplaints(String whose) {
        this.whose = whose;
    }

    @Override
    public void accept(Throwable thrown) {
        if (told.compareAndSet(false, true)) {
            LOG.warn("An observer of {} throws; its calls go on, and this is told once", whose, thrown);
        }
    }
}
