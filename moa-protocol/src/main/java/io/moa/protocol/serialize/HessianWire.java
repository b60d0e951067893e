package io.moa.protocol.serialize;

/** Bytes of Hessian 2 that MOA writes itself. */
final class HessianWire {

    /** The double -0.0. */
    static final byte[] NEGATIVE_ZERO = {'D', (byte) 0x80, 0, 0, 0, 0, 0, 0, 0};

    private HessianWire() {}
}
