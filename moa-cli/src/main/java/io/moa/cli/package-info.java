/** The command line. */
@NullMarked
package io.moa.cli;

import org.jspecify.annotations.NullMarked;
