/** What the measurements share: the surroundings they ran in and the report they leave. Not for users of MOA. */
@NullMarked
package io.moa.benchmarks;

import org.jspecify.annotations.NullMarked;
