/** Discovery at scale: thousands of services and instances in a real Redis, and what they cost whom. */
@NullMarked
package io.moa.benchmarks.scale;

import org.jspecify.annotations.NullMarked;
