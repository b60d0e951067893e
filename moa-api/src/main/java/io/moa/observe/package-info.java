/** What is told of calls to whoever measures or records them. A client or server that nobody observes tells nothing and pays nothing. */
@NullMarked
package io.moa.observe;

import org.jspecify.annotations.NullMarked;
