package io.moa.server.wrong;

/** Opens a door that blocks a thread, and that is neither the transport's nor health's. */
public record ListensTheOldWay(java.net.ServerSocket door) {}
