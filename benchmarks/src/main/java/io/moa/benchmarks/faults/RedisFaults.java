package io.moa.benchmarks.faults;

import io.moa.benchmarks.ChildProcess;
import io.moa.benchmarks.RedisServer;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import java.util.Map;

/** What happens to calls when a single Redis fails. */
final class RedisFaults {

    private static final String SERVICE = "{moa}:s:moa.benchmarks.Counted";

    private static final long ONE_HEARTBEAT_MILLIS = 3_000;
    private static final long BACK_MILLIS = 3_000;

    private RedisFaults() {}

    static Finding down(FaultOptions options) throws Exception {
        try (Scene scene = new Scene(options)) {
            scene.standalone().play();
            Scene.pause(options.longControlSeconds());
            Seen control = scene.turn();
            RedisServer redis = scene.redis().get(0);
            List<Long> linesBefore = scene.logLines();
            redis.kill();
            Scene.pause(options.faultSeconds());
            Seen seen = scene.turn();
            List<Long> lines = scene.logLines();
            long mostLines = 0;
            for (int i = 0; i < lines.size(); i++) {
                mostLines = Math.max(mostLines, lines.get(i) - linesBefore.get(i));
            }
            redis.start();
            long back = Scene.millisUntil(30, () -> registered(redis) == 4);
            Scene.pause(2);
            return new Finding("B1", "Redis killed for " + options.faultSeconds() + " s, and back, empty")
                    .lasted("Redis was away for", options)
                    .noneFailed(control, seen)
                    .p99(control, seen, 1.05)
                    .atMost(
                            "lines of log meanwhile, of the process that wrote most, one a minute",
                            mostLines,
                            (long) Math.ceil(options.faultSeconds() / 60),
                            "")
                    .atMost("all registered again after", back, 5_000, " ms")
                    .end(scene.end());
        }
    }

    /** B2: a client that starts while Redis is gone. */
    static Finding boot(FaultOptions options) throws Exception {
        try (Scene scene = new Scene(options)) {
            scene.standalone().play();
            long usual = ready(scene);
            Scene.pause(options.controlSeconds());
            Seen control = scene.turn();
            scene.redis().get(0).kill();
            long[] boots = new long[5];
            for (int i = 0; i < boots.length; i++) {
                boots[i] = ready(scene);
            }
            Arrays.sort(boots);
            Seen seen = scene.turn();
            return new Finding("B2", boots.length + " clients started while Redis was dead, beside one that runs")
                    .noneFailed(control, seen)
                    .told("first answer with Redis there", usual + " ms")
                    .told("first answer from the list on disk, median", boots[boots.length / 2] + " ms")
                    .atMost("the same, worst", boots[boots.length - 1], 2_000, " ms")
                    .end(scene.end());
        }
    }

    /** Starts a client and tells after how many milliseconds of its main method its first call was answered. */
    private static long ready(Scene scene) throws Exception {
        ChildProcess client = scene.startClient();
        try (client) {
            Map<String, String> said = ChildProcess.fields(client.await("ready"));
            return ChildProcess.field(said, "failures").equals("0")
                    ? Long.parseLong(ChildProcess.field(said, "millis"))
                    : Long.MAX_VALUE;
        }
    }

    static Finding flushed(FaultOptions options) throws Exception {
        try (Scene scene = new Scene(options)) {
            scene.standalone().play();
            Scene.pause(options.controlSeconds());
            Seen control = scene.turn();
            RedisServer redis = scene.redis().get(0);
            redis.command("FLUSHALL");
            long back = Scene.millisUntil(30, () -> registered(redis) == 4);
            Scene.pause(options.controlSeconds());
            Seen seen = scene.turn();
            return new Finding("B3", "FLUSHALL")
                    .noneFailed(control, seen)
                    .atMost("all registered again after", back, ONE_HEARTBEAT_MILLIS, " ms")
                    .end(scene.end());
        }
    }

    static Finding halfLost(FaultOptions options) throws Exception {
        try (Scene scene = new Scene(options)) {
            scene.standalone().play();
            Scene.pause(options.controlSeconds());
            Seen control = scene.turn();
            RedisServer redis = scene.redis().get(0);
            loseHalf(redis);
            long back = Scene.millisUntil(30, () -> registered(redis) == 4);
            Scene.pause(options.controlSeconds());
            Seen seen = scene.turn();
            return new Finding("B4", "the keys of two of four servers deleted")
                    .noneFailed(control, seen)
                    .atMost("all registered again after", back, ONE_HEARTBEAT_MILLIS, " ms")
                    .end(scene.end());
        }
    }

    /** Takes away everything that half of the processes have written. */
    static void loseHalf(RedisServer redis) {
        List<String> uuids = words(redis.command("HKEYS", "{moa}:p"));
        for (String uuid : uuids.subList(0, uuids.size() / 2)) {
            redis.command("HDEL", "{moa}:p", uuid);
            redis.command("HDEL", "{moa}:r", uuid);
            redis.command("DEL", "{moa}:l:" + uuid);
            redis.command("HDEL", SERVICE, uuid);
        }
    }

    static Finding hangs(FaultOptions options) throws Exception {
        try (Scene scene = new Scene(options)) {
            scene.standalone().play();
            Scene.pause(options.controlSeconds());
            Seen control = scene.turn();
            RedisServer redis = scene.redis().get(0);
            redis.signal("STOP");
            Scene.pause(options.faultSeconds());
            Seen seen = scene.turn();
            redis.signal("CONT");
            Scene.pause(2);
            return new Finding("B5", "Redis stopped (SIGSTOP) for " + options.faultSeconds() + " s")
                    .lasted("Redis hung for", options)
                    .noneFailed(control, seen)
                    .atMost("threads more", Math.max(0, seen.threads() - control.threads()), 2, "")
                    .atMost("live heap more", Math.max(0, seen.heapKiB() - control.heapKiB()) / 1024.0, 5, " MiB")
                    .end(scene.end());
        }
    }

    static Finding errors(FaultOptions options) throws Exception {
        Finding finding = new Finding(
                        "B6", "a Redis that answers each of six errors for " + options.faultSeconds() + " s")
                .lasted("each error lasted", options);
        try (Scene scene = new Scene(options)) {
            scene.standalone().play();
            Scene.pause(options.controlSeconds());
            Seen control = scene.turn();
            RedisServer redis = scene.redis().get(0);
            for (String error : List.of(
                    "LOADING Redis is loading the dataset in memory",
                    "READONLY You can't write against a read only replica.",
                    "MISCONF Redis is configured to save RDB snapshots",
                    "OOM command not allowed when used memory > 'maxmemory'.",
                    "NOAUTH Authentication required.",
                    "ERR max number of clients reached")) {
                redis.kill();
                try (ErrorServer fake = new ErrorServer(redis.port(), error)) {
                    Scene.pause(options.faultSeconds());
                    finding.told("answers of " + error.split(" ")[0], fake.answers());
                }
                redis.start();
                finding.atMost(
                        "registered again after it",
                        Scene.millisUntil(30, () -> registered(redis) == 4),
                        BACK_MILLIS,
                        " ms");
            }
            Seen seen = scene.turn();
            return finding.noneFailed(control, seen).end(scene.end());
        }
    }

    /** How many processes the registry has. */
    static int registered(RedisServer redis) {
        String answer = redis.command("HLEN", "{moa}:p").trim();
        return answer.startsWith(":") ? Integer.parseInt(answer.substring(1)) : -1;
    }

    /** The bulk strings of an answer. */
    static List<String> words(String answer) {
        return answer.lines()
                .filter(line -> !line.isEmpty() && "*$".indexOf(line.charAt(0)) < 0)
                .toList();
    }

    /** Answers every command with one error. */
    private static final class ErrorServer implements AutoCloseable {
        private final ServerSocket server;
        private final byte[] answer;
        private volatile long answers;

        ErrorServer(int port, String error) throws IOException {
            answer = ("-" + error + "\r\n").getBytes(StandardCharsets.US_ASCII);
            server = new ServerSocket();
            server.setReuseAddress(true);
            server.bind(new java.net.InetSocketAddress(InetAddress.getLoopbackAddress(), port), 256);
            Thread accepting = new Thread(this::accept, "error-server");
            accepting.setDaemon(true);
            accepting.start();
        }

        long answers() {
            return answers;
        }

        private void accept() {
            try {
                while (true) {
                    Socket socket = server.accept();
                    Thread answering = new Thread(() -> answer(socket), "error-server-answers");
                    answering.setDaemon(true);
                    answering.start();
                }
            } catch (IOException e) {
                // closed
            }
        }

        /** An answer to whatever came: a pipeline gets fewer than it asked for, which is one fault more. */
        private void answer(Socket socket) {
            try (socket) {
                InputStream in = socket.getInputStream();
                byte[] bytes = new byte[8 << 10];
                while (in.read(bytes) > 0 && !server.isClosed()) {
                    socket.getOutputStream().write(answer);
                    synchronized (this) {
                        answers++;
                    }
                }
            } catch (IOException e) {
                // the client has gone
            }
        }

        @Override
        public void close() throws IOException {
            server.close();
        }
    }
}
