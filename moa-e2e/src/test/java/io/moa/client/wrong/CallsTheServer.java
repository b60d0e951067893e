package io.moa.client.wrong;

import io.moa.server.wrong.AbstractWorkerImpl;

/** A client that knows the server, on purpose; see {@code RulesCanFailTest}. */
public record CallsTheServer(AbstractWorkerImpl worker) {}
