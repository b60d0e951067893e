/** Looks at a host and a registry before something goes wrong there. */
@NullMarked
package io.moa.node.doctor;

import org.jspecify.annotations.NullMarked;
