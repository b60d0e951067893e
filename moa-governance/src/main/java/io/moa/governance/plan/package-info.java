/** The compiled view of a service: routes and pickers. */
@NullMarked
package io.moa.governance.plan;

import org.jspecify.annotations.NullMarked;
