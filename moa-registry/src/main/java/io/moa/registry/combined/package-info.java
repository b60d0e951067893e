/** Several registries as one: for a migration from one to another, and for several data centres. */
@NullMarked
package io.moa.registry.combined;

import org.jspecify.annotations.NullMarked;
