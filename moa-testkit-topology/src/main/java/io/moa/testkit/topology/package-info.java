/**
 * What a service built with MOA is tested with. {@link io.moa.testkit.topology.MoaExtension} puts one service behind real
 * sockets and a network that breaks on demand. {@link io.moa.testkit.topology.Topology} puts a whole system, registry,
 * servers and clients, on fake time and a seed, so that half a minute of outage passes in milliseconds, and again in the
 * same way.
 */
@NullMarked
package io.moa.testkit.topology;

import org.jspecify.annotations.NullMarked;
