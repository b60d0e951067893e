package io.moa.protocol.serialize;

import io.netty.buffer.ByteBuf;
import org.jspecify.annotations.Nullable;

/** The guard and the reader behind it, with their buffers. Used by one thread at a time. */
final class HessianReader {

    private final HessianScan scan;
    private final HessianIn input;
    private final long maxHeapBytes;
    private byte[] copy = {};

    HessianReader(SerializationLimits limits, HessianTypes none) {
        scan = new HessianScan(limits, none);
        input = new HessianIn(scan.names(), none, limits);
        maxHeapBytes = limits.maxHeapBytes();
    }

    /** Reads one value for each declared type, and nothing may be left over. */
    @Nullable
    Object[] read(ByteBuf in, HessianTypes types, Class<?>[] declared, boolean arguments) {
        int length = in.readableBytes();
        byte[] bytes;
        int from;
        if (in.hasArray()) {
            bytes = in.array();
            from = in.arrayOffset() + in.readerIndex();
        } else {
            if (copy.length < length) {
                copy = new byte[length];
            }
            bytes = copy;
            from = 0;
            in.getBytes(in.readerIndex(), bytes, 0, length);
        }
        in.skipBytes(length);
        long heap = scan.check(bytes, from, from + length, declared.length, types);
        if (heap > maxHeapBytes) {
            throw overHeap(heap, maxHeapBytes);
        }
        input.begin(bytes, from, length, types, scan.refs(), maxHeapBytes, heap);
        @Nullable Object[] values = new @Nullable Object[declared.length];
        for (int i = 0; i < values.length; i++) {
            values[i] = fit(input.readObject(), declared[i], arguments ? i : -1, input);
        }
        input.end();
        return values;
    }

    /** @param argument the number of the argument; negative for a result */
    static @Nullable Object fit(@Nullable Object value, Class<?> type, int argument, HeapBudget budget) {
        try {
            return Fit.to(value, type, budget);
        } catch (SerializationException e) {
            throw argument < 0
                    ? e
                    : new SerializationException(e.reason(), "Argument " + argument + ": " + e.getMessage());
        }
    }

    static SerializationException overHeap(long estimate, long budget) {
        return SerializationException.overLimit(
                "Decoding the body would take about " + estimate + " bytes of heap, over the limit maxHeapBytes, "
                        + budget + ": send less, in pages, or raise the limit.");
    }

    /** What the last body was estimated to take from the heap, in bytes, with what was charged while it was read. */
    long lastHeap() {
        return input.heapTaken();
    }
}
