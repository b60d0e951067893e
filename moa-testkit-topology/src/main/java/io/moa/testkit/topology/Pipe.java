package io.moa.testkit.topology;

import java.util.ArrayDeque;
import java.util.Queue;

/**
 * One direction of a connection. What is sent arrives in order and after the delay of the path; what arrives while the
 * path is cut waits, as TCP would send it again, and goes on when the path is healed.
 */
final class Pipe {

    private record Message(long dueNanos, Runnable arrival) {}

    private final Loop loop;
    private final Path path;
    private final Queue<Message> onTheWay = new ArrayDeque<>();
    private long lastDueNanos;
    private boolean armed;
    private boolean waiting; // the first message is due, and the path is cut

    Pipe(Loop loop, Path path) {
        this.loop = loop;
        this.path = path;
        this.lastDueNanos = loop.nanos();
    }

    void send(Runnable arrival) {
        long due = loop.nanos() + path.delayNanos();
        lastDueNanos = due - lastDueNanos > 0 ? due : lastDueNanos;
        onTheWay.add(new Message(lastDueNanos, arrival));
        arm();
    }

    void resume() {
        if (waiting) {
            waiting = false;
            arm();
        }
    }

    private void arm() {
        Message next = onTheWay.peek();
        if (next != null && !armed && !waiting) {
            armed = true;
            loop.schedule(this::arrive, next.dueNanos() - loop.nanos());
        }
    }

    private void arrive() {
        armed = false;
        if (path.isCut()) {
            waiting = true;
            return;
        }
        Message arrived = onTheWay.poll();
        if (arrived != null) {
            arrived.arrival().run();
        }
        arm();
    }
}
