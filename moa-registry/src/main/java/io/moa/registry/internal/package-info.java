/** What the registries of this module share. Not for users: it may change with any release. */
@NullMarked
package io.moa.registry.internal;

import org.jspecify.annotations.NullMarked;
