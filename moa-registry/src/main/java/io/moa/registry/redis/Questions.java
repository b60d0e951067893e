package io.moa.registry.redis;

import java.io.IOException;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;

/**
 * What the desks ask, and what waits for a connection: bounded in number, and in time. Added by anybody, answered by the
 * link's thread. Safe for many threads.
 */
final class Questions {

    private static final long LONGEST_NANOS = Duration.ofSeconds(5).toNanos();
    private static final int MAX = 1024;

    /** A question that waits. */
    private record Asked<T>(RedisLink.Work<T> work, CompletableFuture<T> answer, long deadline) {

        /** Completes the answer, unless Redis says that it is to be asked elsewhere, which is thrown. */
        void run(RedisConnection connection) throws IOException {
            try {
                answer.complete(work.run(connection));
            } catch (IOException e) {
                refuse("The connection broke while Redis was asked; what was to be changed may have been changed", e);
                throw e;
            } catch (RedisError e) {
                if (e.movedTo() != null) {
                    throw e;
                }
                refuse("Redis refused: " + e.getMessage(), e);
                if (e.ofTheServer()) {
                    throw e;
                }
            } catch (RuntimeException e) {
                answer.completeExceptionally(e);
            } catch (Error e) {
                answer.completeExceptionally(e); // else whoever asked would wait for ever
                throw e;
            }
        }

        void refuse(String why, @Nullable Exception cause) {
            answer.completeExceptionally(
                    cause == null
                            ? new RegistryUnavailableException(why)
                            : new RegistryUnavailableException(why, cause));
        }
    }

    private final Deque<Asked<?>> asked = new ArrayDeque<>(); // guarded by itself
    private @Nullable String closed; // guarded by asked

    /**
     * Adds a question.
     *
     * @return its answer, or {@link RegistryUnavailableException} if there is none within 5 s, or earlier if none is to be hoped for
     */
    <T> CompletableFuture<T> add(RedisLink.Work<T> work, String where, long now) {
        Asked<T> question = new Asked<>(work, new CompletableFuture<>(), now + LONGEST_NANOS);
        String why;
        synchronized (asked) {
            if (closed == null && asked.size() < MAX) {
                asked.add(question);
                return question.answer();
            }
            why = closed != null ? closed : MAX + " questions already wait for " + where + "; ask again later";
        }
        question.refuse(why, null);
        return question.answer();
    }

    boolean isEmpty() {
        synchronized (asked) {
            return asked.isEmpty();
        }
    }

    /** Answers the one that waits longest; what the process has to do for itself, such as its heartbeat, goes before the next. */
    void answer(RedisConnection connection) throws IOException {
        Asked<?> question = next();
        if (question != null) {
            try {
                question.run(connection);
            } catch (RedisError e) {
                if (e.movedTo() != null) {
                    putBack(question); // nothing of it was done here
                }
                throw e;
            }
        }
    }

    private @Nullable Asked<?> next() {
        synchronized (asked) {
            return asked.poll();
        }
    }

    private void putBack(Asked<?> question) {
        synchronized (asked) {
            if (closed == null) {
                asked.addFirst(question);
                return;
            }
        }
        question.refuse("The link was closed while Redis was asked", null);
    }

    /** Refuses what has waited too long. */
    void refuseOverdue(String where, String state, long now) {
        while (true) {
            Asked<?> late;
            synchronized (asked) {
                late = asked.peek();
                if (late == null || late.deadline() - now > 0) {
                    return;
                }
                asked.remove();
            }
            late.refuse(where + " could not be asked within 5 s: " + state, null);
        }
    }

    /** Refuses all that wait. */
    void refuseAll(String why) {
        for (Asked<?> waiting = next(); waiting != null; waiting = next()) {
            waiting.refuse(why, null);
        }
    }

    /** Refuses all that wait, and all that will be asked. */
    void close(String why) {
        synchronized (asked) {
            if (closed == null) {
                closed = why;
            }
        }
        refuseAll(why);
    }
}
