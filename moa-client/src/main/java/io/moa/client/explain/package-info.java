/** Why calls of a client go where they go, told without sending any. */
@NullMarked
package io.moa.client.explain;

import org.jspecify.annotations.NullMarked;
