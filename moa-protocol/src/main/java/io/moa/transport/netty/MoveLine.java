package io.moa.transport.netty;

import io.moa.protocol.frame.HandOverMessage;
import io.netty.util.concurrent.Future;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What two processes say to each other while one takes the other's connections over: messages both ways, descriptors one way, each in
 * order. Belongs to one event loop.
 */
interface MoveLine {

    /** Tells each message, for whoever wants to see where a hand-over stands. */
    Logger LOG = LoggerFactory.getLogger(MoveLine.class);

    /** Who listens at this end. */
    interface Ear {

        void heard(HandOverMessage message);

        /** A descriptor came; it belongs to this process now. */
        void descriptor(int descriptor);

        /** Nothing more comes. Called once. */
        void cut(String why);
    }

    /** Says something; the future tells that the other process can read it, whatever becomes of this one. */
    Future<?> say(HandOverMessage message);

    /** Passes a descriptor, which stays open here. */
    void pass(int descriptor);

    /**
     * Makes the other process unable to say anything more. What it said before is still {@linkplain Ear#heard heard}, and then
     * {@link Ear#cut} is called.
     */
    void silence();

    /** Ends it; what was said before is still written. */
    void close();

    /** Whether it was ended at this end. */
    boolean isClosed();
}
