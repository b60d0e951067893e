package io.moa.server.wrong;

import io.moa.testkit.CallAccount;

/** A server that knows the testkit, on purpose; see {@code RulesCanFailTest}. */
public record KeepsACallAccount(CallAccount account) {}
