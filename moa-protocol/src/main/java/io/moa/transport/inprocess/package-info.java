/** Calls within one process, without sockets: for tests, and for parts of an application that may be split later. */
@NullMarked
package io.moa.transport.inprocess;

import org.jspecify.annotations.NullMarked;
