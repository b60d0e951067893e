/** The processes that join the parts. */
@NullMarked
package io.moa.node;

import org.jspecify.annotations.NullMarked;
