package io.moa.protocol.frame;

/**
 * How large the parts of a frame may be that a side accepts. Immutable.
 *
 * @param maxHeaderBytes the call header; 1 KiB to 1 MiB, default 64 KiB; larger ones end the connection
 * @param maxFrameBodyBytes the body within one frame; 1 KiB to 16 MiB, default 256 KiB; larger ones are skipped
 * @param maxBodyBytes a whole body, in one frame or many; 1 KiB to 1 GiB, default 8 MiB; larger ones are skipped
 */
public record FrameLimits(int maxHeaderBytes, int maxFrameBodyBytes, int maxBodyBytes) {

    /**
     * The limit of hop headers, which nobody needs to set: 16 hops with a ledger block of a dozen phases each stay below
     * a quarter of it.
     */
    public static final int MAX_HOP_BYTES = 4096;

    /** Every limit its default. */
    public static final FrameLimits DEFAULT = new FrameLimits(64 << 10, 256 << 10, 8 << 20);

    public FrameLimits {
        between("maxHeaderBytes", maxHeaderBytes, 1 << 20);
        between("maxFrameBodyBytes", maxFrameBodyBytes, 16 << 20);
        between("maxBodyBytes", maxBodyBytes, 1 << 30);
    }

    private static void between(String name, int value, int max) {
        if (value < 1024 || value > max) {
            throw new IllegalArgumentException(name + " is 1024 to " + max + ", not " + value);
        }
    }
}
