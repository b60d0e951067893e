/** What deciding about a call costs beside the call itself. */
@NullMarked
package io.moa.benchmarks.decision;

import org.jspecify.annotations.NullMarked;
