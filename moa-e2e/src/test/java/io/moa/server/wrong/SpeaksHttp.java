package io.moa.server.wrong;

/** Opens the JDK's HTTP server, whose connections nobody bounds. */
public record SpeaksHttp(com.sun.net.httpserver.HttpServer server) {}
