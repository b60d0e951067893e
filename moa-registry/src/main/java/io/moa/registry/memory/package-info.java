/** A registry in memory. */
@NullMarked
package io.moa.registry.memory;

import org.jspecify.annotations.NullMarked;
