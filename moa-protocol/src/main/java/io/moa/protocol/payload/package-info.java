/** The two forms of a {@link io.moa.invoke.Payload}: values with the codec that can encode them, and bytes. */
@NullMarked
package io.moa.protocol.payload;

import org.jspecify.annotations.NullMarked;
