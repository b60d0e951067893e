/** A registry on a Redis of its own, for tests, examples and first steps. Not for production: nothing is kept. */
@NullMarked
package io.moa.registry.embedded;

import org.jspecify.annotations.NullMarked;
