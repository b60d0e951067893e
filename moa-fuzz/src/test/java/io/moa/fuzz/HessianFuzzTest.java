package io.moa.fuzz;

import com.code_intelligence.jazzer.junit.FuzzTest;

/** Hessian bodies; see {@link Bodies} for what holds of them. */
class HessianFuzzTest {

    private static final Bodies BODIES = new Bodies(Depot.class, "hessian");

    @FuzzTest
    void hessian(byte[] input) {
        BODIES.read(input);
    }
}
