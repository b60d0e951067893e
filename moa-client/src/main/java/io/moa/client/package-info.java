/** Calling services: {@link io.moa.client.MoaClient} is where users begin. */
@NullMarked
package io.moa.client;

import org.jspecify.annotations.NullMarked;
