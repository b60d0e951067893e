/**
 * The wire protocol, version 1: prefixes, headers, the messages of handshake and control, and the state of a connection.
 * It knows bytes and buffers, and neither sockets nor policies. {@code docs/wire-format.md} draws all of it.
 *
 * <p>Everything read here was written by a peer that may be hostile: every length is checked before it is used, nothing
 * is allocated because a number on the wire says so, and no message quotes a peer's bytes unescaped. {@link
 * io.moa.protocol.frame.FrameException} ends a connection, {@link io.moa.protocol.frame.HeaderException} one call.
 */
@NullMarked
package io.moa.protocol.frame;

import org.jspecify.annotations.NullMarked;
