package io.moa.governance.rule;

import java.util.random.RandomGenerator;

/**
 * So many of a hundred, to a hundredth. Immutable.
 *
 * @param hundredths 0 to 10,000
 */
public record Percent(int hundredths) {

    /** All of them. */
    public static final Percent ALL = new Percent(StableHash.WHOLE);

    /** Whether it is more than none, and less than all. */
    public boolean isPart() {
        return hundredths > 0 && hundredths < StableHash.WHOLE;
    }

    /** Whether a value is one of them: always the same answer, and who is in stays in when the number grows. */
    boolean has(long seed, String value) {
        return StableHash.place(seed, value, StableHash.WHOLE) < hundredths;
    }

    /** Whether a lot falls on one of them. */
    public boolean drawn(RandomGenerator chance) {
        return hundredths >= StableHash.WHOLE || chance.nextInt(StableHash.WHOLE) < hundredths;
    }

    Object toPlain() {
        return new Decimal(hundredths / 100, hundredths % 100 * 10_000_000).toPlain();
    }

    @Override
    public String toString() {
        return toPlain() + " %";
    }
}
