package io.moa.fuzz;

import java.nio.charset.StandardCharsets;

/** Requests as probes send them, and some that are none. */
final class HealthSeeds {

    private static final String TEST = "io.moa.server.health.HealthFuzzTest";

    private HealthSeeds() {}

    static void write() {
        seed("live", "GET /live HTTP/1.1\r\nHost: a\r\n\r\n");
        seed("ready", "\r\nGET /ready HTTP/1.0\n\n");
        seed("startup", "GET /startup HTTP/1.1\r\n\r\nmore");
        seed("head", "HEAD /live?a=b#c HTTP/1.1\r\n\r\n");
        seed("post", "POST /live HTTP/1.1\r\nContent-Length: 3\r\n\r\nabc");
        seed("absolute", "GET http://a:1/live HTTP/1.1\r\n\r\n");
        seed("encoded", "GET /%6cive HTTP/1.1\r\n\r\n");
        seed("elsewhere", "GET /../etc HTTP/1.1\r\n\r\n");
        seed("stranger", "\u0016\u0003\u0001\u0002\u0000\u0001\n\n");
        seed("unfinished", "GET /live");
        seed("long", "GET /" + "a".repeat(5_000));
    }

    private static void seed(String name, String text) {
        SeedFiles.write(TEST, "health", name, SeedFiles.bytes(2), text.getBytes(StandardCharsets.ISO_8859_1));
    }
}
