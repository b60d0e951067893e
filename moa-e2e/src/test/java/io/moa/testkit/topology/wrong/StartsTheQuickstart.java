package io.moa.testkit.topology.wrong;

import io.moa.node.quickstart.Greeter;

/** A topology that knows a process, on purpose; see {@code RulesCanFailTest}. */
public record StartsTheQuickstart(Greeter greeter) {}
