package io.moa.server.wrong;

/** Opens a door behind which the JDK's own threads answer, and that is neither the transport's nor health's. */
public record ListensOnOtherThreads(java.nio.channels.AsynchronousServerSocketChannel door) {}
