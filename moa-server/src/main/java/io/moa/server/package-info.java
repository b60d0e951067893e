/** How a call arrives. */
@NullMarked
package io.moa.server;

import org.jspecify.annotations.NullMarked;
