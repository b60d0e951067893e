/** Frames: how a call looks on the wire. */
@NullMarked
package io.moa.protocol.frame;

import org.jspecify.annotations.NullMarked;
