/** Meters of calls, for a registry of Micrometer. */
@NullMarked
package io.moa.micrometer;

import org.jspecify.annotations.NullMarked;
