/** Examples. */
@NullMarked
package io.moa.examples;

import org.jspecify.annotations.NullMarked;
