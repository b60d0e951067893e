package io.moa.protocol.serialize;

/**
 * Bounds on what a body may ask of the side that reads it. Checked before memory is taken. Immutable.
 *
 * @param maxBodyBytes the largest body that is decoded; default 16 MiB, 1 KiB to 1 GiB
 * @param maxDepth how deep Hessian values and Protobuf messages may nest; default 64, 4 to 256
 * @param maxElements the most elements of one Hessian list or map, and the most objects, lists and maps in one body;
 *     default 100,000, 16 to 10,000,000
 * @param maxHeapBytes the most heap that decoding one Hessian body may take, in bytes, as estimated before the first object is
 *     created; default 16 MiB, 64 KiB to 16 GiB
 * @param jsonMaxDepth how deep JSON may nest, the array of arguments included; default 32, 4 to 256
 * @param jsonMaxStringChars the longest JSON string; default 4,194,304, which is also the most, 1,024 at least
 * @param jsonMaxNumberChars the longest JSON number; default 100, 20 to 1,000
 */
public record SerializationLimits(
        int maxBodyBytes,
        int maxDepth,
        int maxElements,
        long maxHeapBytes,
        int jsonMaxDepth,
        int jsonMaxStringChars,
        int jsonMaxNumberChars) {

    /** All defaults. */
    public static final SerializationLimits DEFAULTS =
            new SerializationLimits(16 << 20, 64, 100_000, 16L << 20, 32, 4 << 20, 100);

    public SerializationLimits {
        check("maxBodyBytes", maxBodyBytes, 1 << 10, 1 << 30);
        check("maxDepth", maxDepth, 4, 256);
        check("maxElements", maxElements, 16, 10_000_000);
        check("maxHeapBytes", maxHeapBytes, 64L << 10, 16L << 30);
        check("jsonMaxDepth", jsonMaxDepth, 4, 256);
        check("jsonMaxStringChars", jsonMaxStringChars, 1 << 10, 4 << 20);
        check("jsonMaxNumberChars", jsonMaxNumberChars, 20, 1_000);
    }

    private static void check(String name, long value, long min, long max) {
        if (value < min || value > max) {
            throw new IllegalArgumentException(name + " is " + min + " to " + max + ", not " + value);
        }
    }

    /**
     * How many values may be gone through to hash and compare the keys of a body's maps and the elements of its sets: 400 for
     * each byte and 10,000 more, and at most 40 for each of {@code maxElements}.
     */
    long workFor(int bodyBytes) {
        return 10_000 + Math.min(400L * bodyBytes, 40L * maxElements);
    }

    /** A builder that starts from the defaults. */
    public static Builder builder() {
        return new Builder();
    }

    /** Collects limits; each starts at its default. Not safe for many threads. */
    public static final class Builder {
        private int maxBodyBytes = DEFAULTS.maxBodyBytes;
        private int maxDepth = DEFAULTS.maxDepth;
        private int maxElements = DEFAULTS.maxElements;
        private long maxHeapBytes = DEFAULTS.maxHeapBytes;
        private int jsonMaxDepth = DEFAULTS.jsonMaxDepth;
        private int jsonMaxStringChars = DEFAULTS.jsonMaxStringChars;
        private int jsonMaxNumberChars = DEFAULTS.jsonMaxNumberChars;

        private Builder() {}

        /** See {@link SerializationLimits#maxBodyBytes()}. */
        public Builder maxBodyBytes(int value) {
            maxBodyBytes = value;
            return this;
        }

        /** See {@link SerializationLimits#maxDepth()}. */
        public Builder maxDepth(int value) {
            maxDepth = value;
            return this;
        }

        /** See {@link SerializationLimits#maxElements()}. */
        public Builder maxElements(int value) {
            maxElements = value;
            return this;
        }

        /** See {@link SerializationLimits#maxHeapBytes()}. */
        public Builder maxHeapBytes(long value) {
            maxHeapBytes = value;
            return this;
        }

        /** See {@link SerializationLimits#jsonMaxDepth()}. */
        public Builder jsonMaxDepth(int value) {
            jsonMaxDepth = value;
            return this;
        }

        /** See {@link SerializationLimits#jsonMaxStringChars()}. */
        public Builder jsonMaxStringChars(int value) {
            jsonMaxStringChars = value;
            return this;
        }

        /** See {@link SerializationLimits#jsonMaxNumberChars()}. */
        public Builder jsonMaxNumberChars(int value) {
            jsonMaxNumberChars = value;
            return this;
        }

        /** The limits; throws {@link IllegalArgumentException} if one is out of its range. */
        public SerializationLimits build() {
            return new SerializationLimits(
                    maxBodyBytes,
                    maxDepth,
                    maxElements,
                    maxHeapBytes,
                    jsonMaxDepth,
                    jsonMaxStringChars,
                    jsonMaxNumberChars);
        }
    }
}
