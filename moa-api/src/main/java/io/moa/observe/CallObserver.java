package io.moa.observe;

import io.moa.discovery.Instance;
import io.moa.discovery.ServiceId;
import io.moa.invoke.MethodId;

/**
 * Is told how the calls of one client, or of one server, go: for meters, logs and statistics. It is asked for once per method, not once per call.
 *
 * <p><b>Threads.</b> It is told on the threads that carry calls, event loops among them, by many at once: it must not block. What it throws
 * is caught and told to the log once; the call goes on.
 *
 * <p><b>Bounds.</b> Names of methods may come out of users' hands at a client that makes generic calls, names of callers at every server.
 * Whoever keeps something for each name bounds how many it keeps.
 */
public interface CallObserver extends AutoCloseable {

    /**
     * Who is told of the calls of a method. Asked when a stub or an export is made, and for methods of generic calls, of which there may be
     * any number, when they are called.
     */
    MethodObserver of(ServiceId service, MethodId method);

    /** Who is told of calls to what is not there: at a server, of methods that are not exported. Asked once. */
    MethodObserver ofUnknown();

    /** The client begins to follow a service; until {@link #letGo} its figures may be read. */
    default void follows(ServiceId service, FollowedFigures figures) {}

    /** The client follows a service no more. */
    default void letGo(ServiceId service) {}

    /**
     * An instance gets no calls for a while. May be told under a lock.
     *
     * @param why with the figures, for people
     */
    default void ejected(ServiceId service, Instance instance, String why) {}

    /** It is called again. May be told under a lock. */
    default void released(ServiceId service, Instance instance) {}

    /** The server has begun; until {@link #close} its figures may be read. */
    default void serves(ServerFigures figures) {}

    /**
     * The client or server may go by an agent. Told when it begins, and again whenever its mode, who says so, or the way changes; until {@link #close}
     * the figures may be read, which are the same ones each time. May be told under a lock.
     */
    default void meshed(MeshFigures figures) {}

    /** The client or server has ended: nothing is told any more, but the ends of calls that were on their way. */
    @Override
    default void close() {}
}
