/** How the calls of a client go through an agent, and when: docs/mesh-mode.md. */
@NullMarked
package io.moa.client.mesh;

import org.jspecify.annotations.NullMarked;
