package io.moa.e2e.call;

import io.moa.invoke.CallScope;
import java.io.IOException;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;

/** Answers, and remembers what it was asked. */
final class EchoService implements Echo {

    final Queue<String> notes = new ConcurrentLinkedQueue<>();
    final Map<String, CountDownLatch> gates = new ConcurrentHashMap<>();
    final AtomicInteger waiting = new AtomicInteger();
    final AtomicInteger runs = new AtomicInteger();

    /** Opens a gate at which {@link #waits} waits. */
    void open(String gate) {
        gates.computeIfAbsent(gate, any -> new CountDownLatch(1)).countDown();
    }

    @Override
    public String say(String text) {
        runs.incrementAndGet();
        return text;
    }

    @Override
    public int say(int number) {
        return number + 1;
    }

    @Override
    public byte[] bytes(byte[] body) {
        return body;
    }

    @Override
    public byte[] direct(byte[] body) {
        return body;
    }

    @Override
    public CompletableFuture<String> later(String text) {
        return CompletableFuture.supplyAsync(() -> text + "!");
    }

    @Override
    public String again(String text) {
        runs.incrementAndGet();
        return text;
    }

    @Override
    public void note(String text) {
        notes.add(text);
    }

    @Override
    public Person person(Person person, List<Person> friends, Map<String, Person> byName) {
        return new Person(person.name(), friends.size() + byName.size(), person.tags());
    }

    @Override
    public void fail(String how) throws IOException {
        switch (how) {
            case "checked" -> throw new IOException("the disk is full");
            case "unchecked" -> throw new IllegalStateException("not now");
            default -> throw new OddException("odd: " + how);
        }
    }

    @Override
    public Map<String, String> scope() {
        CallScope scope = CallScope.current();
        if (scope == null) {
            return Map.of();
        }
        return Map.of(
                "application",
                scope.caller().application(),
                "tag",
                String.valueOf(scope.baggage().tag()),
                "attachment",
                String.valueOf(scope.baggage().attachments().get("user")));
    }

    @Override
    public String waits(String gate) {
        waiting.incrementAndGet();
        try {
            if (!gates.computeIfAbsent(gate, any -> new CountDownLatch(1)).await(30, TimeUnit.SECONDS)) {
                throw new IllegalStateException("nobody opened " + gate);
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException(e);
        } finally {
            waiting.decrementAndGet();
        }
        return gate;
    }

    /** An exception that no caller knows. */
    static final class OddException extends RuntimeException {
        private static final long serialVersionUID = 1L;

        OddException(String message) {
            super(message);
        }
    }
}
