/** The wire protocol over sockets, on Netty: epoll where the system has it, NIO elsewhere. */
@NullMarked
package io.moa.transport.netty;

import org.jspecify.annotations.NullMarked;
