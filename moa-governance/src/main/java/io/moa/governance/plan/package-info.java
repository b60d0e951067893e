/** A service's instances compiled into something that a call only has to match and pick from. */
@NullMarked
package io.moa.governance.plan;

import org.jspecify.annotations.NullMarked;
