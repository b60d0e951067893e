package io.moa.registry.internal;

import java.util.function.Consumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Logs what listeners throw, not what they were told: a list of twenty thousand instances is no log line. */
public final class ListenerLog {

    private static final Logger LOG = LoggerFactory.getLogger(ListenerLog.class);

    private ListenerLog() {}

    /** For the listeners of this. */
    public static Consumer<Throwable> of(Object what) {
        return thrown -> LOG.error(
                "A listener of {} threw; it stays subscribed and will be told of the next change", what, thrown);
    }
}
