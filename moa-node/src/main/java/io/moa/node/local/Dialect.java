package io.moa.node.local;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import org.jspecify.annotations.Nullable;

/** What is said to a local process over a socket, one question after the other. Safe for many threads; readers belong to one connection. */
interface Dialect {

    /**
     * A question.
     *
     * @param json the call; its reference is taken over
     * @return to be sent, with a reference that is handed over
     */
    ByteBuf question(ByteBuf json, ByteBufAllocator allocator);

    /** What is asked to see whether it is there. */
    ByteBuf check(ByteBufAllocator allocator);

    /** Reads the answer to one question. */
    Reader reader(boolean check);

    /** Whether another question may follow on the same connection. */
    boolean keepsConnections();

    /** Reads one answer. Belongs to one thread. */
    interface Reader extends AutoCloseable {

        /**
         * Reads what has come, as far as it is of use.
         *
         * @return the answer, with a reference that is handed over; null if more has to come
         * @throws LocalProcessException if it is none, or too long
         */
        @Nullable
        ByteBuf read(ByteBuf in) throws LocalProcessException;

        /** Whether the end of the connection, after whatever was read, is no surprise: the answer is then what has come; else null. */
        default @Nullable ByteBuf end() throws LocalProcessException {
            return null;
        }

        /** Frees what it holds. Idempotent. */
        @Override
        default void close() {}
    }
}
