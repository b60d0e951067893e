/** The parts of a call, measured alone with JMH. */
@NullMarked
package io.moa.benchmarks.parts;

import org.jspecify.annotations.NullMarked;
