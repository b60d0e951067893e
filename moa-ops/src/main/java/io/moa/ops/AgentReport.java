package io.moa.ops;

/**
 * What an agent says in its file. Immutable.
 *
 * @param serving whether it calls for processes, and nobody has taken its place
 * @param replaceable whether it stands ready for another one
 * @param atMillis when it said so
 * @param calls how many calls have ended since it began
 * @param failed how many of them failed
 * @param connections how many are open to it
 */
record AgentReport(boolean serving, boolean replaceable, long atMillis, long calls, long failed, int connections) {}
