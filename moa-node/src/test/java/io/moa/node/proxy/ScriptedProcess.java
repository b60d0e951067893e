package io.moa.node.proxy;

import io.moa.invoke.Executed;
import io.moa.invoke.Status;
import io.moa.node.local.Asked;
import io.moa.node.local.LocalProcess;
import io.moa.node.local.LocalProcessException;
import io.netty.buffer.ByteBuf;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;

/** A local process that a test answers for. Safe for many threads. */
final class ScriptedProcess implements LocalProcess {

    /** One that was asked. */
    static final class Question implements Asked {
        private final CompletableFuture<ByteBuf> answer = new CompletableFuture<>();
        final Duration patience;
        final AtomicInteger withdrawn = new AtomicInteger();

        Question(Duration patience) {
            this.patience = patience;
        }

        @Override
        public CompletableFuture<ByteBuf> answer() {
            return answer;
        }

        @Override
        public void withdraw() {
            withdrawn.incrementAndGet();
            answer.completeExceptionally(
                    new LocalProcessException(Status.CANCELLED, Executed.MAYBE, "is no longer waited for"));
        }
    }

    private final List<Question> questions = new CopyOnWriteArrayList<>();
    final List<ByteBuf> requests = new CopyOnWriteArrayList<>(); // released; only their counts are looked at
    volatile boolean throwsNow;
    volatile Consumer<Question> answers = question -> {};

    int asked() {
        return questions.size();
    }

    Question last() {
        return questions.get(questions.size() - 1);
    }

    Question question(int number) {
        return questions.get(number);
    }

    @Override
    public Asked ask(ByteBuf request, Duration patience) {
        requests.add(request);
        request.release();
        return check(patience);
    }

    @Override
    public Asked check(Duration patience) {
        if (throwsNow) {
            throw new IllegalStateException("a process that throws");
        }
        Question question = new Question(patience);
        questions.add(question);
        answers.accept(question);
        return question;
    }

    @Override
    public void close() {}

    @Override
    public String toString() {
        return "scripted";
    }
}
