/** The agent of mesh mode: a process beside an application that governs its calls for it, with the same route. */
@NullMarked
package io.moa.agent;

import org.jspecify.annotations.NullMarked;
