/** The stops of the client's route between stub and connection. {@code ClientStack} lists them in order. */
@NullMarked
package io.moa.client.filter;

import org.jspecify.annotations.NullMarked;
