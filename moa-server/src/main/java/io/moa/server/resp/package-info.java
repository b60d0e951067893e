/** How a server answers clients that speak RESP, the protocol of Redis. */
@NullMarked
package io.moa.server.resp;

import org.jspecify.annotations.NullMarked;
