/** What all registries need, wherever they get their lists from. Not for users: it may change with any release. */
@NullMarked
package io.moa.discovery.internal;

import org.jspecify.annotations.NullMarked;
