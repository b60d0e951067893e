package io.moa.e2e.hostile;

import java.util.concurrent.atomic.AtomicLong;

/** Does harm when it is asked what it looks like, or whether it is like another. */
public class Trap {

    static final AtomicLong SPRUNG = new AtomicLong();

    public String bait = "";

    private static AssertionError sprung() {
        SPRUNG.incrementAndGet();
        return new AssertionError("a value was asked for its text, its hash or its likeness");
    }

    @Override
    public String toString() {
        throw sprung();
    }

    @Override
    public int hashCode() {
        throw sprung();
    }

    @Override
    @SuppressWarnings("EqualsHashCode")
    public boolean equals(Object other) {
        throw sprung();
    }

    /** One that no service allows. */
    public static final class Stranger extends Trap {}

    /** An exception that is one, except for what is sent of it. */
    public static final class Thrown extends RuntimeException {
        private static final long serialVersionUID = 1L;

        public Thrown() {
            super("caught");
        }

        @Override
        public String toString() {
            throw sprung();
        }

        @Override
        public int hashCode() {
            throw sprung();
        }

        @Override
        public boolean equals(Object other) {
            throw sprung();
        }
    }
}
