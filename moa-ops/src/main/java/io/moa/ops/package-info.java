/** The operations agent: a process that installs versions of the agent of mesh mode, starts and watches it, and replaces it without losing a call. */
@NullMarked
package io.moa.ops;

import org.jspecify.annotations.NullMarked;
