/** The watcher as a process: the state machine of moa-registry joined to a store and to a probe that speaks MOA's protocol. */
@NullMarked
package io.moa.node.watch;

import org.jspecify.annotations.NullMarked;
