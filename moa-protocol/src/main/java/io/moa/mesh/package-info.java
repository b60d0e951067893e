/** What a process and its agent agree on, and the way from one to the other: docs/mesh-mode.md. */
@NullMarked
package io.moa.mesh;

import org.jspecify.annotations.NullMarked;
