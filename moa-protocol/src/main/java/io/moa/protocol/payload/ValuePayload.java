package io.moa.protocol.payload;

import io.moa.invoke.Payload;
import io.moa.protocol.serialize.BodyCodec;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import java.util.concurrent.atomic.AtomicIntegerFieldUpdater;
import org.jspecify.annotations.Nullable;

/**
 * Values that are encoded when they first have to be, on the thread that asks, and only once: a repeated attempt sends the
 * bytes of the first one, even if someone has changed the objects since.
 */
public final class ValuePayload implements BodyPayload {

    private static final AtomicIntegerFieldUpdater<ValuePayload> REFERENCES =
            AtomicIntegerFieldUpdater.newUpdater(ValuePayload.class, "references");

    private final @Nullable Object value;
    private final BodyCodec codec;
    private final SizeHint sizeHint;
    private @Nullable ByteBuf encoded; // guarded by this

    @SuppressWarnings("FieldMayBeFinal") // written through REFERENCES
    private volatile int references = 1;

    /**
     * Wraps values.
     *
     * @param value what the codec takes: an argument array or a result
     * @param codec turns it into bytes
     * @param sizeHint of the method that the value belongs to
     */
    public ValuePayload(@Nullable Object value, BodyCodec codec, SizeHint sizeHint) {
        this.value = value;
        this.codec = codec;
        this.sizeHint = sizeHint;
    }

    @Override
    public ByteBuf encoded(ByteBufAllocator allocator, int maxBytes) {
        synchronized (this) {
            if (references <= 0) {
                throw new IllegalStateException("The payload was released before it was encoded");
            }
            ByteBuf known = encoded;
            if (known != null) {
                return known.retainedDuplicate();
            }
            ByteBuf bytes = allocator.buffer(Math.min(sizeHint.bytes(), maxBytes), maxBytes);
            try {
                codec.encode(value, bytes);
            } catch (Throwable thrown) {
                bytes.release();
                throw thrown;
            }
            sizeHint.learn(bytes.readableBytes());
            encoded = bytes;
            return bytes.retainedDuplicate();
        }
    }

    @Override
    public Payload retain() {
        if (REFERENCES.getAndIncrement(this) <= 0) {
            REFERENCES.getAndDecrement(this);
            throw new IllegalStateException("The payload was released already");
        }
        return this;
    }

    @Override
    public void release() {
        int left = REFERENCES.decrementAndGet(this);
        if (left == 0) {
            synchronized (this) {
                if (encoded != null) {
                    encoded.release();
                    encoded = null;
                }
            }
        } else if (left < 0) {
            REFERENCES.incrementAndGet(this);
            throw new IllegalStateException("The payload was released twice");
        }
    }

    @Override
    public synchronized int sizeBytes() {
        return encoded == null ? -1 : encoded.readableBytes();
    }

    @Override
    public String toString() {
        return "ValuePayload[" + (encoded == null ? "not encoded" : "encoded") + "]";
    }
}
