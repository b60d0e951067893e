/** What the author of a service interface writes on it. Read once per interface, never on the call path. */
@NullMarked
package io.moa.annotation;

import org.jspecify.annotations.NullMarked;
