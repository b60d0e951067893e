/** What a server tells an orchestrator of itself. */
@NullMarked
package io.moa.server.health;

import org.jspecify.annotations.NullMarked;
