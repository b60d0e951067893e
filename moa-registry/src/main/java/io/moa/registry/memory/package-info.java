/**
 * Registry and rule source in memory, for the parts of one JVM: tests, examples, and processes that hold client and server
 * together. A store is the place that all share; a {@link io.moa.registry.memory.MemoryRegistry} or {@link
 * io.moa.registry.memory.MemoryRuleSource} is what one part holds of it and closes. Nothing is static: who has no
 * reference to a store cannot see it.
 */
@NullMarked
package io.moa.registry.memory;

import org.jspecify.annotations.NullMarked;
