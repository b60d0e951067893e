package io.moa.node.local;

import io.moa.invoke.Executed;
import io.moa.invoke.Status;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufUtil;
import io.netty.buffer.Unpooled;
import java.io.IOException;
import java.net.ConnectException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpConnectTimeoutException;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpTimeoutException;
import java.time.Duration;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;

/** A local process that speaks HTTP/1.1: each call is a POST whose body is the call in JSON, and whose answer's body is the reply. */
final class HttpProcess implements LocalProcess {

    private static final Duration CONNECT = Duration.ofSeconds(1); // it is on this host
    private static final int THREADS = 2;

    private final URI calls;
    private final @Nullable URI health;
    private final int maxBytes;
    private final ExecutorService threads;
    private final HttpClient client;
    private final Set<HttpQuestion> open =
            ConcurrentHashMap.newKeySet(); // the client forgets them when its threads end

    /**
     * Connects to nobody yet.
     *
     * @param calls where calls are posted
     * @param health what is asked to see whether it is there, and answers 2xx; null to ask what calls are posted to, and take any answer but 5xx
     * @param maxBytes the longest answer
     */
    HttpProcess(URI calls, @Nullable URI health, int maxBytes) {
        this.calls = calls;
        this.health = health;
        this.maxBytes = maxBytes;
        AtomicInteger number = new AtomicInteger();
        this.threads = Executors.newFixedThreadPool(THREADS, task -> {
            Thread thread = new Thread(task, "moa-local-http-" + number.incrementAndGet());
            thread.setDaemon(true);
            return thread;
        });
        this.client = HttpClient.newBuilder()
                .version(HttpClient.Version.HTTP_1_1)
                .connectTimeout(CONNECT)
                .proxy(HttpClient.Builder.NO_PROXY) // it is on this host
                .followRedirects(HttpClient.Redirect.NEVER)
                .executor(threads)
                .build();
    }

    @Override
    public Asked ask(ByteBuf request, Duration patience) {
        byte[] body;
        try {
            body = ByteBufUtil.getBytes(request);
        } finally {
            request.release();
        }
        HttpRequest post = HttpRequest.newBuilder(calls)
                .timeout(patience)
                .header("content-type", "application/json")
                .header("accept", "application/json")
                .POST(HttpRequest.BodyPublishers.ofByteArray(body))
                .build();
        return send(post, patience, (status, answer) -> HttpStatus.answer(status, answer, ""));
    }

    @Override
    public Asked check(Duration patience) {
        HttpRequest get = HttpRequest.newBuilder(health == null ? calls : health)
                .timeout(patience)
                .GET()
                .build();
        return send(get, patience, (status, answer) -> HttpStatus.checked(status, answer, health != null, ""));
    }

    private interface Meaning {
        ByteBuf of(int status, ByteBuf body) throws LocalProcessException;
    }

    private Asked send(HttpRequest request, Duration patience, Meaning meaning) {
        BoundedBody body = new BoundedBody(maxBytes);
        CompletableFuture<HttpResponse<byte[]>> sent;
        try {
            sent = client.sendAsync(request, about -> body);
        } catch (RuntimeException closing) {
            sent = CompletableFuture.failedFuture(closing);
        }
        CompletableFuture<HttpResponse<byte[]>> asked = sent;
        CompletableFuture<ByteBuf> answer = new CompletableFuture<>();
        asked.whenComplete((response, failed) -> {
            try {
                if (failed != null) {
                    answer.completeExceptionally(why(failed, patience));
                } else {
                    answer.complete(meaning.of(response.statusCode(), Unpooled.wrappedBuffer(response.body())));
                }
            } catch (LocalProcessException e) {
                answer.completeExceptionally(e);
            }
        });
        HttpQuestion question = new HttpQuestion(answer, asked, body);
        open.add(question);
        answer.whenComplete((any, broken) -> open.remove(question));
        question.failAfter(patience);
        if (threads.isShutdown()) {
            question.end(closing());
        }
        return question;
    }

    private static LocalProcessException closing() {
        return new LocalProcessException(
                Status.UNAVAILABLE, Executed.MAYBE, "is asked no more: this process is closing");
    }

    private static LocalProcessException why(Throwable failed, Duration patience) {
        Throwable cause =
                failed instanceof CompletionException && failed.getCause() != null ? failed.getCause() : failed;
        if (cause instanceof BoundedBody.TooLong tooLong) {
            return new LocalProcessException(Status.TOO_LARGE, Executed.YES, String.valueOf(tooLong.getMessage()));
        }
        if (cause instanceof ConnectException || cause instanceof HttpConnectTimeoutException) {
            return new LocalProcessException(Status.UNAVAILABLE, Executed.NO, "cannot be reached: " + textOf(cause));
        }
        if (cause instanceof HttpTimeoutException) {
            return HttpQuestion.tooLate(patience);
        }
        if (cause instanceof IOException) {
            return new LocalProcessException(
                    Status.UNAVAILABLE, Executed.MAYBE, "broke the connection: " + textOf(cause));
        }
        return new LocalProcessException(Status.INTERNAL, Executed.MAYBE, "could not be asked: " + cause);
    }

    private static String textOf(Throwable cause) {
        String text = cause.getMessage();
        for (Throwable each = cause; text == null && each != null; each = each.getCause()) {
            text = each.getMessage();
        }
        return text == null ? "nobody listens there, or the connection was refused" : text.replaceAll("[\\r\\n]+", " ");
    }

    @Override
    public String toString() {
        return calls.toString();
    }

    @Override
    public void close() {
        threads.shutdownNow();
        open.forEach(question -> question.end(closing()));
    }
}
