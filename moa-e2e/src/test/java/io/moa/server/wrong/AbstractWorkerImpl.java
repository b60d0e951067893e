package io.moa.server.wrong;

/** Breaks two naming rules on purpose; see {@code RulesCanFailTest}. */
public abstract class AbstractWorkerImpl {}
