package io.moa.fuzz;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.UnpooledByteBufAllocator;

/** Memory of one reading, counted to the byte. */
final class CountedMemory {

    private final UnpooledByteBufAllocator allocator = new UnpooledByteBufAllocator(false, true);

    /** A buffer of exactly these bytes. */
    ByteBuf of(byte[] bytes, int from, int to) {
        return allocator.heapBuffer(to - from).writeBytes(bytes, from, to - from);
    }

    long usedBytes() {
        return allocator.metric().usedHeapMemory() + allocator.metric().usedDirectMemory();
    }
}
