/** The call: invocation, reply, payload and the functions between them. */
@NullMarked
package io.moa.invoke;

import org.jspecify.annotations.NullMarked;
