/** Follows a lookup by push instead of a registry: one connection to one of its copies, and none to the registry's store. */
@NullMarked
package io.moa.client.lookup;

import org.jspecify.annotations.NullMarked;
