/** Refusing a call before it costs anything. */
@NullMarked
package io.moa.governance.gate;

import org.jspecify.annotations.NullMarked;
