package io.moa.server.health;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.Executor;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.ThreadFactory;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * Answers {@code GET} and {@code HEAD} of {@code /live}, {@code /ready} and {@code /startup}: 200 for yes, 503 for no, with the
 * reasons as a small JSON object. It is the JDK's own HTTP server on at most {@value #THREADS} threads of its own; a request
 * that takes longer than its limit, however slowly it is sent or read, is cut off. Safe for many threads.
 */
public final class HealthEndpoint implements AutoCloseable {

    private static final int THREADS = 2;
    private static final int WAITING = 64;
    private static final int BACKLOG = 64;

    private final HttpServer server;
    private final ThreadPoolExecutor threads;
    private final ScheduledThreadPoolExecutor watch;
    private final Health health;

    private HealthEndpoint(
            HttpServer server, ThreadPoolExecutor threads, ScheduledThreadPoolExecutor watch, Health health) {
        this.server = server;
        this.threads = threads;
        this.watch = watch;
        this.health = health;
    }

    /**
     * Begins to answer.
     *
     * @param application for thread names
     * @throws IllegalStateException if the place cannot be listened on
     */
    public static HealthEndpoint open(HealthConfig config, Health health, String application) {
        HttpServer server;
        try {
            server = HttpServer.create(
                    new InetSocketAddress(InetAddress.getByName(config.host()), config.port()), BACKLOG);
        } catch (IOException e) {
            throw new IllegalStateException(
                    "Health cannot be told at " + config.host() + ":" + config.port() + ": " + e.getMessage()
                            + ". Choose another place (moa.server.health), or off",
                    e);
        }
        ThreadFactory named = named("moa-health-" + application + "-");
        ThreadPoolExecutor threads = new ThreadPoolExecutor(
                THREADS, THREADS, 10, TimeUnit.SECONDS, new ArrayBlockingQueue<>(WAITING), named);
        threads.allowCoreThreadTimeOut(true);
        ScheduledThreadPoolExecutor watch =
                new ScheduledThreadPoolExecutor(1, named("moa-health-watch-" + application + "-"));
        watch.setRemoveOnCancelPolicy(true);
        HealthEndpoint endpoint = new HealthEndpoint(server, threads, watch, health);
        server.setExecutor(endpoint.limited(config.requestLimit().toNanos()));
        server.createContext("/", endpoint::answer);
        server.start();
        return endpoint;
    }

    private static ThreadFactory named(String prefix) {
        AtomicInteger number = new AtomicInteger();
        return task -> {
            Thread thread = new Thread(task, prefix + number.incrementAndGet());
            thread.setDaemon(true);
            return thread;
        };
    }

    /** The JDK reads a request on the thread that answers it; an interrupt closes the channel it reads from or writes to. */
    private Executor limited(long limitNanos) {
        return exchange -> threads.execute(() -> {
            Thread worker = Thread.currentThread();
            Cut cut = new Cut(worker);
            ScheduledFuture<?> limit = watch.schedule(cut, limitNanos, TimeUnit.NANOSECONDS);
            try {
                exchange.run();
            } finally {
                cut.end();
                limit.cancel(false);
            }
        });
    }

    /** Interrupts a thread while it is at its task, and never after. */
    private static final class Cut implements Runnable {
        private final Thread worker;
        private boolean ended; // guarded by this

        Cut(Thread worker) {
            this.worker = worker;
        }

        @Override
        public synchronized void run() {
            if (!ended) {
                worker.interrupt();
            }
        }

        synchronized void end() {
            ended = true;
            Thread.interrupted(); // a cut that came just now is not for the next request
        }
    }

    /** Where it listens. */
    public InetSocketAddress address() {
        return server.getAddress();
    }

    private void answer(HttpExchange exchange) throws IOException {
        try (exchange) {
            String method = exchange.getRequestMethod();
            if (!method.equals("GET") && !method.equals("HEAD")) {
                exchange.getResponseHeaders().set("Allow", "GET, HEAD");
                send(exchange, 405, "{\"error\":\"only GET and HEAD are answered here\"}");
                return;
            }
            String path = exchange.getRequestURI().getPath();
            switch (path == null ? "" : path) {
                case "/live" -> send(exchange, "live", health.live());
                case "/ready" -> send(exchange, "ready", health.ready());
                case "/startup" -> send(exchange, "started", health.startup());
                default -> send(exchange, 404, "{\"error\":\"there are /live, /ready and /startup\"}");
            }
        }
    }

    private static void send(HttpExchange exchange, String what, Health.Answer answer) throws IOException {
        StringBuilder json = new StringBuilder(100);
        json.append("{\"").append(what).append("\":").append(answer.good()).append(",\"reasons\":[");
        for (int i = 0; i < answer.reasons().size(); i++) {
            json.append(i == 0 ? "\"" : ",\"")
                    .append(escaped(answer.reasons().get(i)))
                    .append('"');
        }
        send(exchange, answer.good() ? 200 : 503, json.append("]}").toString());
    }

    private static String escaped(String text) {
        StringBuilder safe = new StringBuilder(text.length() + 8);
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            if (c == '"' || c == '\\') {
                safe.append('\\').append(c);
            } else if (c < ' ') {
                safe.append(String.format("\\u%04x", (int) c));
            } else {
                safe.append(c);
            }
        }
        return safe.toString();
    }

    private static void send(HttpExchange exchange, int code, String json) throws IOException {
        byte[] body = (json + "\n").getBytes(StandardCharsets.UTF_8);
        exchange.getResponseHeaders().set("Content-Type", "application/json; charset=utf-8");
        exchange.getResponseHeaders().set("Cache-Control", "no-store");
        exchange.getResponseHeaders().set("Connection", "close"); // a probe asks once; nothing is kept open for it
        if (exchange.getRequestMethod().equals("HEAD")) {
            exchange.sendResponseHeaders(code, -1);
            return;
        }
        exchange.sendResponseHeaders(code, body.length);
        exchange.getResponseBody().write(body);
    }

    /** Answers nobody any more. Idempotent. */
    @Override
    public void close() {
        server.stop(0);
        threads.shutdownNow();
        watch.shutdownNow();
    }
}
