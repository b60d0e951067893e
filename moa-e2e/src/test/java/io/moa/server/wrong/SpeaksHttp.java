package io.moa.server.wrong;

/** Opens an HTTP server outside the one place where they are bounded. */
public record SpeaksHttp(com.sun.net.httpserver.HttpServer server) {}
