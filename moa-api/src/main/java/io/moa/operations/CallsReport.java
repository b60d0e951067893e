package io.moa.operations;

import java.util.List;

/**
 * The calls that a process makes, or those that it serves. Immutable.
 *
 * @param total of all methods together
 * @param methods how many methods have been called in these seconds, or have calls in flight
 * @param first some of them, as many as were asked for, in the order that was asked for
 */
public record CallsReport(MethodReport total, int methods, List<MethodReport> first) {

    public CallsReport {
        first = List.copyOf(first);
    }
}
