/** The stops of the server's route before dispatch. {@code ServerStack} lists them in order. */
@NullMarked
package io.moa.server.filter;

import org.jspecify.annotations.NullMarked;
