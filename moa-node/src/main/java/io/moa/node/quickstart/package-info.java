/**
 * The first minutes: a small service, a program that shows it being called, and the same service left running for calls
 * from outside. For people who look at MOA for the first time; nothing else depends on it.
 */
@NullMarked
package io.moa.node.quickstart;

import org.jspecify.annotations.NullMarked;
