/** What is told to the log of calls, and how often. */
@NullMarked
package io.moa.log;

import org.jspecify.annotations.NullMarked;
