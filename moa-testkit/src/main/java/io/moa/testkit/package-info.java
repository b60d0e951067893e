/**
 * What the tests of MOA, and of those who build on it, are written with: time that a test moves, waiting without sleeping,
 * the contracts that every implementation runs, and the means to break a network and to prove afterwards that nothing was
 * lost. Knows {@code moa-api}, JUnit, AssertJ and Netty, and nothing else of MOA.
 */
@NullMarked
package io.moa.testkit;

import org.jspecify.annotations.NullMarked;
