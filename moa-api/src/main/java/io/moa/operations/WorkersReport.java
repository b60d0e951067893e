package io.moa.operations;

/**
 * How busy one pool of workers of a server is. Immutable.
 *
 * @param name whose calls run there, for people, up to 300 characters
 * @param running how many calls run
 * @param waiting how many wait for a thread
 * @param limit how many run at once at most, as things are
 */
public record WorkersReport(String name, int running, int waiting, int limit) {}
