package io.moa.e2e.resp;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;

/** A {@link RespProcess} that a test kills, and starts again where it was. Used by one thread. Closing kills it. */
final class MortalServer implements AutoCloseable {

    private static final int ATTEMPTS = 5;

    private Process process;
    private final int port;

    MortalServer() throws IOException {
        process = launch(0);
        port = portOf(process);
        if (port == 0) {
            throw new IOException("A provider ended before it served");
        }
    }

    int port() {
        return port;
    }

    /** SIGKILL, and once more at the same port, which a connection of somebody else may have for a moment. */
    void restart() throws IOException, InterruptedException {
        close();
        for (int i = 0; i < ATTEMPTS; i++) {
            process = launch(port);
            if (portOf(process) == port) {
                return;
            }
        }
        throw new IOException("A provider does not start at the port where it was, " + port);
    }

    private static Process launch(int port) throws IOException {
        return new ProcessBuilder(
                        ProcessHandle.current().info().command().orElse("java"),
                        "-Xmx256m",
                        "-Dmoa.server.rules=off",
                        "-cp",
                        System.getProperty("java.class.path"),
                        RespProcess.class.getName(),
                        Integer.toString(port))
                .redirectError(ProcessBuilder.Redirect.INHERIT)
                .start();
    }

    /** Where it serves; 0 if it ended before. It says nothing else, so that nobody needs to go on listening. */
    @SuppressWarnings("resource") // is the process's
    private static int portOf(Process process) throws IOException {
        String line =
                new BufferedReader(new InputStreamReader(process.getInputStream(), StandardCharsets.UTF_8)).readLine();
        return line == null ? 0 : Integer.parseInt(line.substring("port ".length()));
    }

    @Override
    public void close() throws InterruptedException {
        process.destroyForcibly().waitFor();
    }
}
