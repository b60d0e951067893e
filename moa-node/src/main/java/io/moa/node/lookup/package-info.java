/** A process that follows the registry for others, and tells them over MOA where services are. */
@NullMarked
package io.moa.node.lookup;

import org.jspecify.annotations.NullMarked;
