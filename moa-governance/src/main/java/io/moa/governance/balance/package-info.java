/** Choosing one of several candidates. */
@NullMarked
package io.moa.governance.balance;

import org.jspecify.annotations.NullMarked;
