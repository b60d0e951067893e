/** The end of the server's route: finding the method, decoding, running the implementation on the right thread, encoding. */
@NullMarked
package io.moa.server.dispatch;

import org.jspecify.annotations.NullMarked;
