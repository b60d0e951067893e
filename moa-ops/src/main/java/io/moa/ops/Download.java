package io.moa.ops;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/** Brings an archive here: from {@code https:}, {@code http:} or {@code file:}, so many bytes and so long at most. What it is, its checksum says. */
final class Download {

    private static final int REDIRECTS = 5;
    private static final Duration CONNECT = Duration.ofSeconds(10);

    private final long maxBytes;
    private final Duration limit;

    Download(long maxBytes, Duration limit) {
        this.maxBytes = maxBytes;
        this.limit = limit;
    }

    /**
     * Writes it into a file.
     *
     * @throws OpsException if it cannot be had; the message says why
     */
    void into(Path file, String from) throws OpsException, IOException {
        URI source = source(from);
        ExecutorService reader = Executors.newSingleThreadExecutor(task -> {
            Thread thread = new Thread(task, "moa-ops-download");
            thread.setDaemon(true);
            return thread;
        });
        // A thread of its own: a peer that sends a byte now and then meets no limit of HttpClient.
        Future<?> done = reader.submit(() -> {
            bring(source, file);
            return null;
        });
        try {
            done.get(limit.toMillis(), TimeUnit.MILLISECONDS);
        } catch (TimeoutException e) {
            throw new OpsException(422, "The archive did not arrive within " + limit.toSeconds() + " s", e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new OpsException(503, "The operations agent ends", e);
        } catch (ExecutionException e) {
            if (e.getCause() instanceof OpsException known) {
                throw known;
            }
            throw new OpsException(422, "The archive could not be read: " + e.getCause(), e);
        } finally {
            reader.shutdownNow();
        }
    }

    private static URI source(String from) throws OpsException {
        try {
            URI uri = URI.create(from);
            String scheme = String.valueOf(uri.getScheme());
            if (scheme.equals("file") && uri.getPath() != null && uri.getAuthority() == null) {
                return uri;
            }
            if ((scheme.equals("http") || scheme.equals("https")) && uri.getHost() != null) {
                return uri;
            }
        } catch (IllegalArgumentException e) {
            throw new OpsException(400, "That is no URL of an archive: " + e.getMessage(), e);
        }
        throw new OpsException(400, "An archive comes from https://, http:// or file:///");
    }

    private void bring(URI source, Path file) throws OpsException, IOException, InterruptedException {
        if (source.getScheme().equals("file")) {
            Path there = Path.of(source.getPath());
            if (!Files.isRegularFile(there)) {
                throw new OpsException(422, "There is no file " + there + " on the host of the operations agent");
            }
            try (InputStream in = Files.newInputStream(there)) {
                copy(in, file);
            }
            return;
        }
        HttpClient client = HttpClient.newBuilder()
                .connectTimeout(CONNECT)
                .followRedirects(HttpClient.Redirect.NEVER)
                .build();
        URI at = source;
        for (int i = 0; i <= REDIRECTS; i++) {
            HttpResponse<InputStream> answer = client.send(
                    HttpRequest.newBuilder(at).timeout(limit).GET().build(), HttpResponse.BodyHandlers.ofInputStream());
            try (InputStream body = answer.body()) {
                if (answer.statusCode() == 200) {
                    copy(body, file);
                    return;
                }
                if (answer.statusCode() / 100 != 3) {
                    throw new OpsException(422, at.getHost() + " answers " + answer.statusCode());
                }
                URI next = at.resolve(answer.headers().firstValue("Location").orElse(""));
                boolean allowed = "https".equals(next.getScheme())
                        || ("http".equals(next.getScheme()) && "http".equals(at.getScheme()));
                if (!allowed || next.getHost() == null) {
                    throw new OpsException(422, at.getHost() + " redirects to what is no https:// URL");
                }
                at = next;
            } catch (IllegalArgumentException e) {
                throw new OpsException(422, at.getHost() + " redirects to what is no URL", e);
            }
        }
        throw new OpsException(422, "More than " + REDIRECTS + " redirects");
    }

    private void copy(InputStream in, Path file) throws OpsException, IOException {
        byte[] piece = new byte[64 * 1024];
        long copied = 0;
        try (OutputStream out = Files.newOutputStream(file)) {
            for (int read = in.read(piece); read >= 0; read = in.read(piece)) {
                copied += read;
                if (copied > maxBytes) {
                    throw new OpsException(422, "The archive has more than " + maxBytes + " bytes");
                }
                out.write(piece, 0, read);
            }
        }
    }
}
