/** How an agent serves the callers of a server in its place, and when: docs/mesh-mode.md. */
@NullMarked
package io.moa.server.mesh;

import org.jspecify.annotations.NullMarked;
