/** Offering services: {@link io.moa.server.MoaServer} is where users begin. */
@NullMarked
package io.moa.server;

import org.jspecify.annotations.NullMarked;
