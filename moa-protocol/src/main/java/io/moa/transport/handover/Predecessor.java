package io.moa.transport.handover;

import io.moa.transport.Listener;
import java.util.Map;

/** The process that hands over, as far as the transport asks it, once another one has come for it. Nothing blocks. */
public interface Predecessor {

    /**
     * The listeners that are handed over, by names that mean something to the other process.
     *
     * @throws RuntimeException to refuse; the message is told to the other process
     */
    Map<String, Listener> listeners();

    /** What the other process has to know before it is asked who serves behind the listeners, by names. Default nothing. */
    default Map<String, byte[]> before() {
        return Map.of();
    }

    /** What else goes along, by names; asked at the moment when nothing is served. Default nothing. */
    default Map<String, byte[]> luggage() {
        return Map.of();
    }
}
