/** Shares of quotas that all processes have together. */
@NullMarked
package io.moa.governance.quota;

import org.jspecify.annotations.NullMarked;
