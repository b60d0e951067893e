package io.moa.protocol.serialize;

import io.netty.buffer.ByteBuf;
import java.io.IOException;
import org.jspecify.annotations.Nullable;

/** Bodies of one method's arguments or result. */
final class HessianBody implements BodyCodec {

    /** After a larger body, the reader or writer is let go. */
    private static final int KEPT_BYTES = 256 << 10;

    private final SerializationLimits limits;
    private final Spares<HessianReader> readers;
    private final Spares<HessianWriter> writers;
    private final HessianTypes types;
    private final Class<?>[] declared;
    private final boolean arguments;

    HessianBody(
            SerializationLimits limits,
            Spares<HessianReader> readers,
            Spares<HessianWriter> writers,
            HessianTypes types,
            Class<?>[] declared,
            boolean arguments) {
        this.limits = limits;
        this.readers = readers;
        this.writers = writers;
        this.types = types;
        this.declared = declared;
        this.arguments = arguments;
    }

    @Override
    public void encode(@Nullable Object value, ByteBuf out, int maxBytes) {
        if (arguments) {
            @Nullable Object[] values = Arguments.of(value, declared.length);
            if (!encodePlain(values, out, maxBytes)) {
                encodeGraph(values, out, maxBytes);
            }
        } else {
            long bound = HessianDirect.bound(value);
            if (bound >= 0 && bound <= BufSink.room(out, maxBytes)) {
                HessianDirect.write(value, out);
            } else {
                encodeGraph(new @Nullable Object[] {value}, out, maxBytes);
            }
        }
    }

    /** Whether all values are plain, surely fit, and were written. */
    private static boolean encodePlain(@Nullable Object[] values, ByteBuf out, int maxBytes) {
        long bound = 0;
        for (Object value : values) {
            long each = HessianDirect.bound(value);
            if (each < 0) {
                return false;
            }
            bound += each;
        }
        if (bound > BufSink.room(out, maxBytes)) {
            return false;
        }
        for (Object value : values) {
            HessianDirect.write(value, out);
        }
        return true;
    }

    private void encodeGraph(@Nullable Object[] values, ByteBuf out, int maxBytes) {
        int start = out.writerIndex();
        int room = BufSink.room(out, maxBytes);
        boolean done = false;
        try {
            // Not given back after a failure, nor after a large graph, whose tables would stay.
            HessianWriter writer = writers.take();
            writer.write(values, declared, types, out, maxBytes);
            if (out.writerIndex() - start <= KEPT_BYTES) {
                writers.give(writer);
            }
            done = true;
        } catch (BufSink.Full e) {
            throw SerializationException.tooLarge(room);
        } catch (SerializationException e) {
            throw e;
        } catch (IOException | RuntimeException | StackOverflowError e) {
            throw new SerializationException(
                    SerializationException.Reason.UNSUPPORTED,
                    "Hessian cannot carry the value (" + e.getClass().getName() + ").",
                    e instanceof Error ? null : e);
        } finally {
            if (!done) {
                out.writerIndex(start);
            }
        }
    }

    @Override
    public @Nullable Object decode(ByteBuf in) {
        int length = in.readableBytes();
        if (length > limits.maxBodyBytes()) {
            throw SerializationException.overLimit(
                    "A body of " + length + " bytes is over the limit maxBodyBytes, " + limits.maxBodyBytes() + ".");
        }
        int start = in.readerIndex();
        if (!arguments) {
            Object value = HessianDirect.read(in);
            if (value != HessianDirect.NOT_PLAIN) {
                nothingFollows(in);
                return fit(value, 0);
            }
        } else {
            @Nullable Object[] values = decodePlain(in);
            if (values != null) {
                return values;
            }
        }
        in.readerIndex(start);
        @Nullable Object[] values = decodeGraph(in);
        return arguments ? values : values[0];
    }

    private @Nullable Object @Nullable [] decodePlain(ByteBuf in) {
        @Nullable Object[] values = new @Nullable Object[declared.length];
        for (int i = 0; i < values.length; i++) {
            Object value = HessianDirect.read(in);
            if (value == HessianDirect.NOT_PLAIN) {
                return null;
            }
            values[i] = fit(value, i);
        }
        nothingFollows(in);
        return values;
    }

    private @Nullable Object[] decodeGraph(ByteBuf in) {
        int length = in.readableBytes();
        try {
            // Not given back after a failure, when it may hold left-over bytes.
            HessianReader reader = readers.take();
            @Nullable Object[] values = reader.read(in, types, declared.length);
            if (length <= KEPT_BYTES) {
                readers.give(reader);
            }
            for (int i = 0; i < values.length; i++) {
                values[i] = fit(values[i], i);
            }
            return values;
        } catch (SerializationException e) {
            throw e;
        } catch (IOException | RuntimeException | StackOverflowError e) {
            // The stack: hashing a list that holds itself.
            throw new SerializationException(
                    SerializationException.Reason.MALFORMED,
                    "The body cannot be read as Hessian 2 (" + e.getClass().getName() + ").",
                    e instanceof Error ? null : e);
        }
    }

    private @Nullable Object fit(@Nullable Object value, int index) {
        try {
            return Fit.to(value, declared[index]);
        } catch (SerializationException e) {
            throw arguments ? new SerializationException(e.reason(), "Argument " + index + ": " + e.getMessage()) : e;
        }
    }

    private static void nothingFollows(ByteBuf in) {
        if (in.isReadable()) {
            throw SerializationException.malformed(
                    in.readableBytes() + " bytes follow after the last value; the body belongs to another method.");
        }
    }
}
