package io.moa.protocol.resp;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import org.jspecify.annotations.Nullable;

/**
 * Cuts the bytes of a client's connection into commands: arrays of bulk strings, {@code *2\r\n$3\r\nGET\r\n$1\r\nk\r\n}, as every client of Redis
 * sends them. Nothing nests, and there are no inline commands, so that a browser's request is no command. Empty arrays are skipped, as Redis does, and
 * so are empty lines: {@code redis-cli --pipe} sends one before its last command.
 *
 * <p><b>Memory.</b> A command that lies whole in the buffer it came in is shown there, without copying. Of one that does not, the beginning is
 * held in a buffer of the reader's own, which grows with the bytes that have come (at most to twice as many, plus {@value #SMALLEST_HELD}) and
 * never because a number says so. What has been looked at is not looked at again when more comes. Between commands nothing is held, unless the reader
 * {@linkplain #pause pauses}: then what came and is not read yet is kept as it is.
 *
 * <p><b>Threads.</b> None of its own, and safe for one at a time.
 */
public final class RespReader implements AutoCloseable {

    private static final short CRLF = '\r' << 8 | '\n';
    private static final int SMALLEST_HELD = 64;
    private static final int MAX_NUMBER = 10; // digits
    private static final int UNKNOWN = -1;
    private static final int NOT_YET = Integer.MIN_VALUE;

    private final RespCommand command = new RespCommand();
    private RespLimits limits;
    private @Nullable ByteBuf held; // the beginning of a command that is not complete yet
    private @Nullable ByteBuf rest; // what came and is not read, because of a pause
    private boolean reading;
    private boolean paused;
    private boolean closed;

    // Of the command that is being read; places are relative to its first byte.
    private int looked; // up to here it is understood
    private int scanned; // up to here there is no end of the line that begins at looked
    private int missing = UNKNOWN; // arguments
    private int bulk = UNKNOWN; // bytes of the argument that begins at looked

    /** A reader at the beginning of a connection. */
    public RespReader(RespLimits limits) {
        this.limits = limits;
    }

    /** Other limits for what comes after the command that is shown. The sink may call it. */
    public void limits(RespLimits next) {
        limits = next;
    }

    /** Shows no further command before {@link #resume}; what comes meanwhile is kept. The sink may call it. Idempotent. */
    public void pause() {
        paused = true;
    }

    /** Whether it shows nothing until it is told to go on. */
    public boolean isPaused() {
        return paused;
    }

    /**
     * Goes on where it paused, which may be in the middle of what came. Not for the sink.
     *
     * @throws RespException as {@link #read}
     */
    public void resume(RespSink sink) {
        paused = false;
        ByteBuf next = rest;
        rest = null;
        if (next != null) {
            read(next, sink);
        }
    }

    /**
     * Reads.
     *
     * @param in the next bytes; this method takes ownership and releases it, whatever happens
     * @param sink told of each command that is now complete
     * @throws RespException if what came is no command, or over a limit; this reader is then closed
     */
    public void read(ByteBuf in, RespSink sink) {
        if (closed) {
            in.release();
            return;
        }
        if (reading) {
            in.release();
            throw new IllegalStateException("A sink may not make its reader read");
        }
        if (paused) {
            rest = rest == null ? in : Unpooled.wrappedBuffer(rest, in);
            return;
        }
        reading = true;
        boolean fine = false;
        try {
            readAll(in, sink);
            fine = true;
        } finally {
            reading = false;
            if (fine && paused && !closed && in.isReadable()) {
                rest = in;
            } else {
                in.release();
            }
            if (!fine || closed) {
                close();
            }
        }
    }

    private void readAll(ByteBuf in, RespSink sink) {
        if (held != null) {
            finishHeld(in, sink);
        }
        while (!closed && !paused && held == null && in.isReadable()) {
            int start = in.readerIndex();
            if (!advance(in, start, in.readableBytes())) {
                hold(in, in.readableBytes());
                return;
            }
            int size = looked;
            in.skipBytes(size);
            shown(in, start, size, sink);
        }
    }

    /** Goes on with a command of which the beginning is held, and takes no more than belongs to it. */
    private void finishHeld(ByteBuf in, RespSink sink) {
        while (!closed && in.isReadable()) {
            hold(in, Math.min(in.readableBytes(), needed()));
            ByteBuf own = held;
            if (own != null && advance(own, own.readerIndex(), own.readableBytes())) {
                held = null;
                try {
                    shown(own, own.readerIndex(), looked, sink);
                } finally {
                    own.release();
                }
                return;
            }
        }
    }

    /** How many more bytes certainly belong to the command that is held; at least 1. */
    private int needed() {
        ByteBuf own = held;
        int have = own == null ? 0 : own.readableBytes();
        if (bulk != UNKNOWN) {
            return looked + bulk + 2 - have;
        }
        return 1; // of a line nobody knows how long it is; lines are short
    }

    private void shown(ByteBuf in, int start, int size, RespSink sink) {
        int count = command.count();
        looked = 0;
        scanned = 0;
        missing = UNKNOWN;
        bulk = UNKNOWN;
        if (count == 0) {
            return;
        }
        command.show(in, start, size);
        try {
            sink.command(command);
        } finally {
            command.hide();
        }
    }

    /** Understands as much as has come of a command; whether it is whole, and ends at {@link #looked}. */
    private boolean advance(ByteBuf in, int start, int length) {
        if (missing == UNKNOWN) {
            if (in.getByte(start) == '\r') {
                if (length == 1) {
                    return false;
                }
                if (in.getByte(start + 1) == '\n') {
                    command.begin();
                    looked = 2;
                    return true;
                }
            }
            if (in.getByte(start) != '*') {
                throw new RespException("a command begins with '*', not with " + character(in.getByte(start)));
            }
            int number = number(in, start, length, "the number of arguments", -1);
            if (number == NOT_YET) {
                return false;
            }
            if (number > limits.maxArguments()) {
                throw new RespException(
                        "a command has at most " + limits.maxArguments() + " arguments here, not " + number);
            }
            command.begin();
            missing = Math.max(0, number);
        }
        while (missing > 0) {
            if (bulk == UNKNOWN) {
                if (looked == length) {
                    return false;
                }
                if (in.getByte(start + looked) != '$') {
                    throw new RespException("arguments are bulk strings, which begin with '$', not with "
                            + character(in.getByte(start + looked)));
                }
                int number = number(in, start, length, "the length of an argument", 0);
                if (number == NOT_YET) {
                    return false;
                }
                if (number > limits.maxBulkBytes()) {
                    throw new RespException(
                            "an argument has at most " + limits.maxBulkBytes() + " bytes here, not " + number);
                }
                if ((long) looked + number + 2 > limits.maxCommandBytes()) {
                    throw new RespException("a command has at most " + limits.maxCommandBytes() + " bytes here");
                }
                bulk = number;
            }
            if (length - looked < bulk + 2) {
                return false;
            }
            int end = start + looked + bulk;
            if (in.getShort(end) != CRLF) {
                throw new RespException("an argument is not as long as it says: its bytes are followed by "
                        + character(in.getByte(end)));
            }
            command.add(looked, bulk);
            looked += bulk + 2;
            scanned = looked;
            bulk = UNKNOWN;
            missing--;
        }
        return true;
    }

    /** The number in the line that begins at {@link #looked}, which is then passed over; {@link #NOT_YET} if its end has not come. */
    private int number(ByteBuf in, int start, int length, String what, int least) {
        int from = looked + 1;
        if (scanned <= from && length - from >= Long.BYTES) {
            int few = number(in.getLongLE(start + from));
            if (few >= 0) {
                return few;
            }
        }
        int at = Math.max(from, scanned);
        while (at < length && in.getByte(start + at) != '\r') {
            if (at - from > MAX_NUMBER) {
                throw new RespException(what + " has too many digits");
            }
            at++;
        }
        if (at + 1 >= length) {
            scanned = at;
            return NOT_YET;
        }
        if (in.getByte(start + at + 1) != '\n') {
            throw new RespException("the line of " + what + " ends with \\r\\n, not with \\r and "
                    + character(in.getByte(start + at + 1)));
        }
        long number = 0;
        boolean negative = at > from && in.getByte(start + from) == '-';
        int digits = negative ? from + 1 : from;
        if (digits == at) {
            throw new RespException(what + " is missing");
        }
        for (int i = digits; i < at; i++) {
            int digit = in.getByte(start + i) - '0';
            if (digit < 0 || digit > 9) {
                throw new RespException(what + " is a number, and has " + character(in.getByte(start + i)) + " in it");
            }
            number = 10 * number + digit;
        }
        if (at - digits > 1 && in.getByte(start + digits) == '0') {
            throw new RespException(what + " begins with a zero");
        }
        if (negative) {
            number = -number;
        }
        if (number < least || number > Integer.MAX_VALUE) {
            throw new RespException(
                    what + " is " + Math.max(0, least) + " to " + Integer.MAX_VALUE + ", not " + number);
        }
        looked = at + 2;
        scanned = looked;
        return (int) number;
    }

    /** The same of a line that is in these bytes, and as it has to be; anything else is less than 0, and passed over by no byte. */
    private int number(long line) {
        int number = 0;
        for (int at = 0; at < Long.BYTES - 1; at++) {
            int digit = ((int) (line >>> (Byte.SIZE * at)) & 0xFF) - '0';
            if (digit == '\r' - '0' && at > 0 && ((line >>> (Byte.SIZE * (at + 1))) & 0xFF) == '\n') {
                looked += 1 + at + 2;
                scanned = looked;
                return number;
            }
            if (digit < 0 || digit > 9 || (number == 0 && at > 0)) {
                return -1;
            }
            number = 10 * number + digit;
        }
        return -1;
    }

    private void hold(ByteBuf in, int length) {
        ByteBuf to = held;
        if (to == null) {
            to = in.alloc().buffer(Math.max(SMALLEST_HELD, length));
            held = to;
        } else if (to.writableBytes() < length) {
            to.capacity(Math.max(2 * to.capacity(), to.writerIndex() + length));
        }
        to.writeBytes(in, length);
    }

    private static String character(byte value) {
        return value > ' ' && value < 127 ? "'" + (char) value + "'" : "the byte " + (value & 0xFF);
    }

    /** How much memory is held for a command that is not complete, in bytes. */
    public int heldBytes() {
        ByteBuf own = held;
        return own == null ? 0 : own.capacity();
    }

    /** The bytes that came and were not shown, to go on elsewhere. A copy. Not for the sink. */
    public byte[] unread() {
        ByteBuf own = held;
        ByteBuf later = rest;
        int begun = own == null ? 0 : own.readableBytes();
        byte[] bytes = new byte[begun + (later == null ? 0 : later.readableBytes())];
        if (own != null) {
            own.getBytes(own.readerIndex(), bytes, 0, begun);
        }
        if (later != null) {
            later.getBytes(later.readerIndex(), bytes, begun, bytes.length - begun);
        }
        return bytes;
    }

    /** Whether the reader has stopped: closed by its owner, by what came, or by a sink that threw. */
    public boolean isClosed() {
        return closed;
    }

    /** Stops, and frees what is held. The sink may call it. Idempotent. */
    @Override
    public void close() {
        closed = true;
        if (reading) {
            return; // whoever reads frees it
        }
        ByteBuf own = held;
        held = null;
        if (own != null) {
            own.release();
        }
        ByteBuf unread = rest;
        rest = null;
        if (unread != null) {
            unread.release();
        }
    }
}
