/** What a process that runs answers to operators, where it is exported. */
@NullMarked
package io.moa.operations;

import org.jspecify.annotations.NullMarked;
