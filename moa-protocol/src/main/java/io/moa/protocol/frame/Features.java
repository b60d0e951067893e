package io.moa.protocol.frame;

/**
 * What a side can do beyond the version of the wire protocol, one bit each. {@link Hello} offers, {@link Welcome} names
 * those that both have, and only those are used on the connection. Bits that are not listed are ignored.
 */
public final class Features {

    /** Answers {@link Control.Inquiry}. */
    public static final long INQUIRY = 1;

    /** Wants every body it receives to carry a CRC32C. */
    public static final long BODY_CRC = 1 << 1;

    /** Knows targets and callers by numbers given on the connection; no version writes them yet. */
    public static final long INTERNED_NAMES = 1 << 2;

    private Features() {}
}
