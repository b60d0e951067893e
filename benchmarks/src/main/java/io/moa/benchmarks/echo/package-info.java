/**
 * The whole of a call, measured from outside: a server process and a client process per contender, and the bare-Netty
 * frame echo as the floor of the same run.
 *
 * <p>{@link io.moa.benchmarks.echo.EchoBenchmark} is the parent; it starts {@link io.moa.benchmarks.echo.EchoProcess}
 * twice per contender and round. A contender is an {@link io.moa.benchmarks.echo.EchoPeer}, named in
 * {@link io.moa.benchmarks.echo.Contenders}.
 */
@NullMarked
package io.moa.benchmarks.echo;

import org.jspecify.annotations.NullMarked;
