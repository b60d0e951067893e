package io.moa.fuzz;

import com.code_intelligence.jazzer.junit.FuzzTest;

/** JSON bodies; see {@link Bodies} for what holds of them. */
class JsonFuzzTest {

    private static final Bodies BODIES = new Bodies(Depot.class, "json");

    @FuzzTest
    void json(byte[] input) {
        BODIES.read(input);
    }
}
