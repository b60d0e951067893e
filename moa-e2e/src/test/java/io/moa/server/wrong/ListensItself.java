package io.moa.server.wrong;

/** Opens a door that is neither the transport's nor health's. */
public record ListensItself(java.nio.channels.ServerSocketChannel door) {}
