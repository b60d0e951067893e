package io.moa.resilience4j.wrong;

import io.moa.governance.gate.RateGate;

/** An adapter that reaches behind the gate, on purpose; see {@code RulesCanFailTest}. */
public record KnowsTheKernel(RateGate gate) {}
