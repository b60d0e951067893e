/**
 * The watcher: who decides that an instance leaves the online list, on what evidence, and how it comes back. {@link
 * io.moa.registry.watch.Watcher} is a state machine without threads and without I/O of its own; it sees instances through
 * a {@link io.moa.registry.watch.Probe} and the registry through a {@link io.moa.registry.watch.WatchStore}.
 */
@NullMarked
package io.moa.registry.watch;

import org.jspecify.annotations.NullMarked;
