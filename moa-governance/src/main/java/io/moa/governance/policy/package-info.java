/** What holds for a method, where each value comes from, and which of several values wins. */
@NullMarked
package io.moa.governance.policy;

import org.jspecify.annotations.NullMarked;
