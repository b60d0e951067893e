package io.moa.protocol.frame;

import static org.assertj.core.api.Assertions.assertThat;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.UnpooledByteBufAllocator;

/**
 * Memory that knows how much of it is in use, for one test. Netty's own leak detector is off for it: counting finds every
 * leak at once, and the detector at the level of our builds notes a stack trace for every byte that is read.
 */
final class CountedMemory {

    final UnpooledByteBufAllocator allocator;

    private CountedMemory(boolean direct) {
        this.allocator = new UnpooledByteBufAllocator(direct, true);
    }

    static CountedMemory heap() {
        return new CountedMemory(false);
    }

    static CountedMemory direct() {
        return new CountedMemory(true);
    }

    /** A buffer of exactly these bytes. */
    ByteBuf of(byte[] bytes, int from, int to) {
        return allocator.buffer(to - from, Integer.MAX_VALUE).writeBytes(bytes, from, to - from);
    }

    long usedBytes() {
        return allocator.metric().usedHeapMemory() + allocator.metric().usedDirectMemory();
    }

    void assertAllReleased() {
        assertThat(usedBytes()).as("bytes not released").isZero();
    }
}
