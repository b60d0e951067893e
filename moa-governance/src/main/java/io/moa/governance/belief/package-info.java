/** What to believe of a list of instances that shrank. Missing is not dead. */
@NullMarked
package io.moa.governance.belief;

import org.jspecify.annotations.NullMarked;
