/**
 * The runtime that clients and servers of one process share. Users begin here: {@link io.moa.Moa}.
 */
@NullMarked
package io.moa;

import org.jspecify.annotations.NullMarked;
