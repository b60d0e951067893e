/** What an ended call means: whether it may be sent again, and what it says about the instance. */
@NullMarked
package io.moa.governance.outcome;

import org.jspecify.annotations.NullMarked;
