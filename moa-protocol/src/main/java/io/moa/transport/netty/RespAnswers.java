package io.moa.transport.netty;

import io.moa.protocol.frame.RespState;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What a connection of a RESP client owes, in the order in which it was asked: an answer that is ready waits until those before it are
 * written. Belongs to the event loop.
 */
final class RespAnswers {

    /** One answer. Carries the link of the line that it waits in. */
    abstract static class Answer {
        private @Nullable Answer next;
        private boolean ready;

        /** Writes itself, whole. Called once, when it is its turn. */
        abstract void write(RespOutput out);

        /** What it is, for a process that goes on with the connection. */
        abstract RespState.Owed owed();

        /** Called instead of {@link #write} if the connection has ended: frees what it holds, and stops what makes it. */
        abstract void drop();

        final boolean isReady() {
            return ready;
        }
    }

    private @Nullable Answer first;
    private @Nullable Answer last;
    private int size;

    /** How many are owed. */
    int size() {
        return size;
    }

    /** The one that is asked for last; null if none is owed. */
    @Nullable
    Answer last() {
        return last;
    }

    /** One more is owed. */
    void add(Answer answer) {
        if (last == null) {
            first = answer;
        } else {
            last.next = answer;
        }
        last = answer;
        size++;
    }

    /** One that is owed may be written, when it is its turn. */
    void ready(Answer answer) {
        answer.ready = true;
    }

    /** Writes those whose turn it is and that are ready; whether there was one. */
    boolean write(RespOutput out) {
        boolean wrote = false;
        Answer answer = first;
        while (answer != null && answer.ready) {
            Answer next = answer.next;
            first = next;
            if (next == null) {
                last = null;
            }
            size--;
            answer.write(out);
            out.flushIfMuch();
            wrote = true;
            answer = next;
        }
        return wrote;
    }

    /** What they are, in their order. */
    List<RespState.Owed> owed() {
        List<RespState.Owed> each = new ArrayList<>(size);
        for (Answer answer = first; answer != null; answer = answer.next) {
            each.add(answer.owed());
        }
        return each;
    }

    /** Nobody waits for them any more. */
    void drop() {
        Answer answer = first;
        first = null;
        last = null;
        size = 0;
        while (answer != null) {
            Answer next = answer.next;
            answer.drop();
            answer = next;
        }
    }
}
