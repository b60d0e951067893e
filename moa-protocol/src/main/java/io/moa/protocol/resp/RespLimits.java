package io.moa.protocol.resp;

/**
 * What one command may take. Checked before memory is taken. Immutable.
 *
 * @param maxArguments how many arguments it has, its name among them; 1 to 65,536
 * @param maxBulkBytes how many bytes each of them takes; 1 to 1 GiB
 * @param maxCommandBytes how many bytes it takes as a whole, as it stands on the wire; at least {@code maxBulkBytes} and some
 */
public record RespLimits(int maxArguments, int maxBulkBytes, int maxCommandBytes) {

    /** Of one who has not said a password that is asked for: as Redis has it, too. */
    public static final RespLimits STRANGER = new RespLimits(10, 16 * 1024, 32 * 1024);

    private static final int FRAMING = 64; // of a bulk

    public RespLimits {
        check("maxArguments", maxArguments, 1, 65_536);
        check("maxBulkBytes", maxBulkBytes, 1, 1 << 30);
        check("maxCommandBytes", maxCommandBytes, maxBulkBytes, Integer.MAX_VALUE);
    }

    /** Of one who may call: 1,024 arguments, which together take no more than one of the largest. */
    public static RespLimits upTo(int maxBulkBytes) {
        int arguments = 1_024;
        return new RespLimits(arguments, maxBulkBytes, (int)
                Math.min(Integer.MAX_VALUE, (long) maxBulkBytes + (long) arguments * FRAMING));
    }

    private static void check(String name, long value, long min, long max) {
        if (value < min || value > max) {
            throw new IllegalArgumentException(name + " is " + min + " to " + max + ", not " + value);
        }
    }
}
