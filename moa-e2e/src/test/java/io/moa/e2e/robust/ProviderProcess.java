package io.moa.e2e.robust;

import io.moa.Moa;
import io.moa.server.MoaServer;
import io.moa.server.dispatch.Workers;
import io.moa.server.health.HealthConfig;
import java.io.BufferedReader;
import java.io.FileInputStream;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ConcurrentHashMap;

/**
 * A provider with a process of its own. It tells on standard output what happens and obeys words on standard input.
 *
 * <pre>
 *   arguments   uuid, and how many files to hold open
 *   tells       health N, the port where it is told · port N · ran N, when so many calls have begun
 *               · twice ID, when a call ran again · left, at its end
 *   obeys       open: lets the held calls go · the end of its input: ends
 * </pre>
 *
 * <p>A JVM that was asked to end reports 143 whatever its hooks did. So a hook of this process waits for the server's own
 * and then ends with 0 if nothing was cut off and 3 if something was.
 */
final class ProviderProcess {

    private static final List<FileInputStream> FILES = new ArrayList<>();

    private ProviderProcess() {}

    public static void main(String[] arguments) throws IOException {
        for (int i = 0; i < Integer.parseInt(arguments[1]); i++) {
            FILES.add(new FileInputStream("/dev/null"));
        }
        ConcurrentHashMap<Long, Boolean> ran = new ConcurrentHashMap<>();
        Workshop workshop = new Workshop("child", id -> {
            if (ran.put(id, true) != null) {
                tell("twice " + id);
            }
            tell("ran " + ran.size());
        });
        Moa moa = Moa.builder(Town.APPLICATION).instance(arguments[0]).build();
        MoaServer server = MoaServer.builder(moa)
                .workers(Workers.platform(256, 4096).methodPercent(100))
                .health(HealthConfig.at(0))
                .export(Work.class, workshop)
                .start();
        Runtime.getRuntime().addShutdownHook(new Thread(() -> {
            // Hooks run side by side, and this one has to be the last. A call is served a moment before its reply has
            // left, so it is the connections that tell.
            while (server.connections() > 0) {
                Thread.onSpinWait();
            }
            tell("left");
            Runtime.getRuntime().halt(server.inFlight() == 0 ? 0 : 3);
        }));
        tell("health " + server.healthAddress().orElseThrow().getPort());
        tell("port " + server.port());
        BufferedReader orders = new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8));
        for (String order = orders.readLine(); order != null; order = orders.readLine()) {
            if (order.equals("open")) {
                workshop.open();
            }
        }
        Runtime.getRuntime().halt(4); // the test is gone
    }

    private static synchronized void tell(String what) {
        System.out.println(what);
    }
}
