/**
 * Small programs, each complete in itself. Begin with {@link io.moa.examples.FirstCall}; {@link io.moa.examples.Shop} is
 * a service with every kind of method, {@link io.moa.examples.ShopProvider} offers it and {@link
 * io.moa.examples.ShopConsumer} calls it.
 */
@NullMarked
package io.moa.examples;

import org.jspecify.annotations.NullMarked;
