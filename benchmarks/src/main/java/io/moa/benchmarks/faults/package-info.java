/**
 * Faults with clocks on the wall: servers, client and Redis as processes, a steady load, one thing that breaks, and what the
 * callers saw of it beside a window without the fault.
 */
@NullMarked
package io.moa.benchmarks.faults;

import org.jspecify.annotations.NullMarked;
