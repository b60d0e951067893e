/** What is kept of calls so that rules can be tried on them before they are in force. */
@NullMarked
package io.moa.governance.sample;

import org.jspecify.annotations.NullMarked;
