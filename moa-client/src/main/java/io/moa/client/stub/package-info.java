/** The beginning of the client's route: from a method call to an invocation, and from a reply to a value or exception. */
@NullMarked
package io.moa.client.stub;

import org.jspecify.annotations.NullMarked;
