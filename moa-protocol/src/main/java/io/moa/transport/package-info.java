/**
 * Carrying calls between processes: what a transport promises, and what it must know of the client or server that uses it.
 *
 * <p>For extenders who write a transport. Users meet {@link io.moa.transport.TransportConfig} only.
 */
@NullMarked
package io.moa.transport;

import org.jspecify.annotations.NullMarked;
