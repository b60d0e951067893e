/** Which address of this host a server listens on and announces, and why. */
@NullMarked
package io.moa.server.network;

import org.jspecify.annotations.NullMarked;
