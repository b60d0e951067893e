/** Gates of MOA from what a project already has of resilience4j. */
@NullMarked
package io.moa.resilience4j;

import org.jspecify.annotations.NullMarked;
