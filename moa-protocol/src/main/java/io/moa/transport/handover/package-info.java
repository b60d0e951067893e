/**
 * Handing a listener and its live connections over to another process of the same host, so that a process is replaced by a newer one
 * and no client notices.
 *
 * <pre>
 *   old process                                              new process
 *   NettyTransport.offer ── {@link io.moa.transport.handover.HandOver}     NettyTransport.takeOver ── {@link io.moa.transport.handover.Takeover}
 * </pre>
 *
 * <p>For whoever builds a process that is upgraded while it serves. Needs Netty's native epoll on both sides.
 */
@NullMarked
package io.moa.transport.handover;

import org.jspecify.annotations.NullMarked;
