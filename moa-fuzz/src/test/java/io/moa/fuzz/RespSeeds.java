package io.moa.fuzz;

import java.nio.charset.StandardCharsets;

/** Commands as clients of Redis send them, some at each limit, and some that are none. */
final class RespSeeds {

    private static final String TEST = "io.moa.fuzz.RespFuzzTest";
    private static final String AUTH = "*2\r\n$4\r\nAUTH\r\n$1\r\np\r\n";

    private RespSeeds() {}

    static void write() {
        seed("ping", "*1\r\n$4\r\nPING\r\n");
        seed("get", "*2\r\n$3\r\nGET\r\n$21\r\n{\"service\":\"a\",\"m\":1}\r\n");
        seed("pipelined", "*1\r\n$4\r\nPING\r\n*0\r\n*-1\r\n*2\r\n$4\r\nECHO\r\n$0\r\n\r\n*1\r\n$4\r\nPING\r\n");
        seed("mget-when-known", AUTH + "*33\r\n$4\r\nMGET\r\n" + "$12\r\nabcdefghijkl\r\n".repeat(32));
        seed("large-when-known", AUTH + "*2\r\n$3\r\nGET\r\n$1024\r\n" + "x".repeat(1024) + "\r\n");
        seed("quit", "*1\r\n$4\r\nQUIT\r\nwhatever");
        seed("unfinished", "*2\r\n$3\r\nGET\r\n$10\r\nabc");
        seed("line-unfinished", "*2\r");
        seed("five-arguments-of-a-stranger", "*5\r\n$1\r\na\r\n");
        seed("argument-too-large", "*2\r\n$3\r\nGET\r\n$65\r\n");
        seed("command-too-large", AUTH + "*4\r\n" + ("$1000\r\n" + "x".repeat(1000) + "\r\n").repeat(3));
        seed("nested", "*1\r\n*1\r\n$1\r\na\r\n");
        seed("inline", "PING\r\n");
        seed("http", "POST / HTTP/1.1\r\nHost: a\r\n\r\n");
        seed("null-argument", "*1\r\n$-1\r\n");
        seed("longer-than-it-says", "*1\r\n$3\r\nPING\r\n");
        seed("line-feed-alone", "*1\n$4\nPING\n");
        seed("zero-before", "*01\r\n$4\r\nPING\r\n");
        seed("minus-zero", "*1\r\n$-0\r\n\r\n");
        seed("many-digits", "*1\r\n$00000000000000000004\r\n");
        seed("overflow", "*1\r\n$4294967300\r\n");
        seed("eleven-characters", "*-2147483648\r\n");
        seed("twelve-characters", "*-21474836480");
    }

    private static void seed(String name, String text) {
        SeedFiles.write(TEST, "resp", name, SeedFiles.bytes(2, 7), text.getBytes(StandardCharsets.ISO_8859_1));
    }
}
