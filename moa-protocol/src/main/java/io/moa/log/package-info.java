/** What the log is told of calls, and how often. */
@NullMarked
package io.moa.log;

import org.jspecify.annotations.NullMarked;
