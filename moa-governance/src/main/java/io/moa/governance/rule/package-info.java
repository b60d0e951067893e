/** What a rule is: reading and checking it, which calls it matches, and which rules are in force in a process. */
@NullMarked
package io.moa.governance.rule;

import org.jspecify.annotations.NullMarked;
