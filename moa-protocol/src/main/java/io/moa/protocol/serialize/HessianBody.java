package io.moa.protocol.serialize;

import io.netty.buffer.ByteBuf;
import java.io.IOException;
import org.jspecify.annotations.Nullable;

/** Bodies of one method's arguments or result. */
final class HessianBody implements BodyCodec {

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
        @Nullable Object[] values = arguments ? Arguments.of(value, declared.length) : new @Nullable Object[] {value};
        int start = out.writerIndex();
        boolean done = false;
        try {
            HessianWriter writer = writers.take();
            writer.write(values, declared, types, out, maxBytes);
            writers.give(writer);
            done = true;
        } catch (BufSink.Full e) {
            out.writerIndex(start);
            throw SerializationException.tooLarge(BufSink.room(out, maxBytes));
        } catch (SerializationException e) {
            throw e;
        } catch (IOException | RuntimeException e) {
            throw new SerializationException(
                    SerializationException.Reason.UNSUPPORTED,
                    "Hessian cannot carry the value (" + e.getClass().getName() + ").",
                    e);
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
        try {
            // Not given back after a failure: what it holds then is unknown.
            HessianReader reader = readers.take();
            @Nullable Object[] values = reader.read(in, types, declared);
            readers.give(reader);
            return arguments ? values : values[0];
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
}
