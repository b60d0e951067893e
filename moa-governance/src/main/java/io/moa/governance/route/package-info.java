/** Which of a plan's candidates a call may go to, and why. */
@NullMarked
package io.moa.governance.route;

import org.jspecify.annotations.NullMarked;
