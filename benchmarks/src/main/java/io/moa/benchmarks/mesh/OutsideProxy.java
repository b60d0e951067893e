package io.moa.benchmarks.mesh;

import java.io.File;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;

/** A proxy of others that passes the bytes of TCP connections on, in a process of its own, with one thread. Their programs are fetched by {@code benchmarks/proxies}. */
final class OutsideProxy implements AutoCloseable {

    private static final long PATIENCE_NANOS = TimeUnit.SECONDS.toNanos(20);

    private final Process process;
    private final int port;

    private OutsideProxy(Process process, int port) {
        this.process = process;
        this.port = port;
    }

    int port() {
        return port;
    }

    /** HAProxy, in front of a port of this host. */
    static OutsideProxy haproxy(Path programs, Path folder, int to) throws Exception {
        int port = freePort();
        Path config = folder.resolve("haproxy-" + port + ".cfg");
        Files.writeString(config, """
                global
                    nbthread 1
                    maxconn 1000
                defaults
                    mode tcp
                    timeout connect 5s
                    timeout client 1h
                    timeout server 1h
                listen echo
                    bind 127.0.0.1:%d
                    server next 127.0.0.1:%d
                """.formatted(port, to));
        return started(programs, folder, port, "usr/sbin/haproxy", "-db", "-f", config.toString());
    }

    /** The stream module of nginx, in front of a port of this host. */
    static OutsideProxy nginx(Path programs, Path folder, int to) throws Exception {
        int port = freePort();
        Path config = folder.resolve("nginx-" + port + ".conf");
        Files.writeString(config, """
                load_module %s;
                daemon off;
                user root;
                worker_processes 1;
                pid %s;
                error_log stderr warn;
                events { worker_connections 1000; }
                stream {
                    access_log off;
                    server { listen 127.0.0.1:%d; proxy_pass 127.0.0.1:%d; proxy_timeout 1h; }
                }
                """.formatted(
                        programs.resolve("usr/lib/nginx/modules/ngx_stream_module.so"),
                        folder.resolve("nginx-" + port + ".pid"),
                        port,
                        to));
        return started(
                programs,
                folder,
                port,
                "usr/sbin/nginx",
                "-e",
                "stderr",
                "-p",
                folder.toString(),
                "-c",
                config.toString());
    }

    private static OutsideProxy started(Path programs, Path folder, int port, String program, String... arguments)
            throws Exception {
        List<String> command = new ArrayList<>(List.of(programs.resolve(program).toString()));
        command.addAll(List.of(arguments));
        File said = folder.resolve("proxy-" + port + ".log").toFile();
        ProcessBuilder builder =
                new ProcessBuilder(command).redirectErrorStream(true).redirectOutput(said);
        try (var libraries = Files.newDirectoryStream(programs.resolve("usr/lib"), "*-linux-gnu")) {
            for (Path each : libraries) {
                builder.environment().put("LD_LIBRARY_PATH", each.toString());
            }
        }
        OutsideProxy proxy = new OutsideProxy(builder.start(), port);
        long end = System.nanoTime() + PATIENCE_NANOS;
        while (!isOpen(port)) {
            if (System.nanoTime() - end > 0 || !proxy.process.isAlive()) {
                proxy.close();
                throw new IllegalStateException(program + " did not begin: " + Files.readString(said.toPath()));
            }
            TimeUnit.MILLISECONDS.sleep(20);
        }
        return proxy;
    }

    private static int freePort() throws IOException {
        try (ServerSocket free = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            return free.getLocalPort();
        }
    }

    private static boolean isOpen(int port) {
        try (Socket socket = new Socket()) {
            socket.connect(new InetSocketAddress(InetAddress.getLoopbackAddress(), port), 1_000);
            return true;
        } catch (IOException notYet) {
            return false;
        }
    }

    @Override
    public void close() {
        process.destroy(); // a master of nginx ends its worker
        try {
            if (!process.waitFor(5, TimeUnit.SECONDS)) {
                process.destroyForcibly();
            }
        } catch (InterruptedException e) {
            process.destroyForcibly();
            Thread.currentThread().interrupt();
        }
    }
}
