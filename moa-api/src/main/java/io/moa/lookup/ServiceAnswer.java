package io.moa.lookup;

/**
 * Who offers a service. Immutable.
 *
 * @param knowledge whose answer, and how old
 * @param service the list; of revision 0 and empty while nothing is known
 */
public record ServiceAnswer(Knowledge knowledge, ServiceNews service) {}
