package io.moa.protocol.serialize;

import io.netty.buffer.ByteBuf;
import org.jspecify.annotations.Nullable;

/** Bodies of one method's arguments or result. */
final class HessianBody implements BodyCodec {

    /** After a larger body, the reader or writer is let go. */
    private static final int KEPT_BYTES = 256 << 10;

    /** What a plain value takes from the heap beyond its bytes. */
    private static final int PLAIN_HEAP = 128;

    private final SerializationLimits limits;
    private final Spares<HessianReader> readers;
    private final Spares<HessianOut> writers;
    private final HessianTypes types;
    private final @Nullable RefusedNames refused;
    private final Class<?>[] declared;
    private final boolean arguments;

    HessianBody(
            SerializationLimits limits,
            Spares<HessianReader> readers,
            Spares<HessianOut> writers,
            HessianTypes types,
            @Nullable RefusedNames refused,
            Class<?>[] declared,
            boolean arguments) {
        this.limits = limits;
        this.readers = readers;
        this.writers = writers;
        this.types = types;
        this.refused = refused;
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
        boolean done = false;
        try {
            // Not given back after a failure, nor after a large graph, whose tables would stay.
            HessianOut writer = writers.take();
            writer.begin(out, maxBytes, types);
            for (int i = 0; i < values.length; i++) {
                Declared.write(values[i], declared[i], writer);
            }
            writer.finish();
            if (out.writerIndex() - start <= KEPT_BYTES) {
                writers.give(writer);
            }
            done = true;
        } catch (SerializationException e) {
            throw noted(e);
        } catch (RuntimeException | Error e) {
            throw Backlash.of(
                    e,
                    SerializationException.Reason.UNSUPPORTED,
                    "Hessian cannot carry the value (" + e.getClass().getName() + ").");
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
        if (length + (long) PLAIN_HEAP * declared.length > limits.maxHeapBytes()) {
            return decodeAny(in);
        }
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
        return decodeAny(in);
    }

    private @Nullable Object decodeAny(ByteBuf in) {
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
            @Nullable Object[] values = reader.read(in, types, declared, arguments);
            if (length <= KEPT_BYTES) {
                readers.give(reader);
            }
            return values;
        } catch (SerializationException e) {
            throw noted(e);
        } catch (RuntimeException | Error e) {
            throw Backlash.of(
                    e,
                    SerializationException.Reason.MALFORMED,
                    "The body cannot be read as Hessian 2 (" + e.getClass().getName() + ").");
        }
    }

    private SerializationException noted(SerializationException e) {
        if (refused != null) {
            refused.note(e);
        }
        return e;
    }

    private @Nullable Object fit(@Nullable Object value, int index) {
        return HessianReader.fit(value, declared[index], arguments ? index : -1, HeapBudget.UNCOUNTED);
    }

    private static void nothingFollows(ByteBuf in) {
        if (in.isReadable()) {
            throw SerializationException.malformed(
                    in.readableBytes() + " bytes follow after the last value; the body belongs to another method.");
        }
    }
}
