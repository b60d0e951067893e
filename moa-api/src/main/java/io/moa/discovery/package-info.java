/**
 * Who offers what, and where: services, instances, and the two contracts through which a process learns of them. Every
 * registry implementation hides its own primitives behind these types.
 */
@NullMarked
package io.moa.discovery;

import org.jspecify.annotations.NullMarked;
