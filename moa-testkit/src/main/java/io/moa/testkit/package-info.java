/** Fakes and contract tests. */
@NullMarked
package io.moa.testkit;

import org.jspecify.annotations.NullMarked;
