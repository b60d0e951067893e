/**
 * The vocabulary of a call: a call is a function from an {@link io.moa.invoke.Invocation} to a future
 * {@link io.moa.invoke.Reply}, and client, server, filter, connection and agent are all that function.
 *
 * <p>For users who inspect calls and for extenders who write filters, gates or transports. Nothing here does I/O, starts
 * a thread or reads a clock that it was not given.
 */
@NullMarked
package io.moa.invoke;

import org.jspecify.annotations.NullMarked;
