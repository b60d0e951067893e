/** What all modules share and no user needs. Not for users: it may change with any release. */
@NullMarked
package io.moa.internal;

import org.jspecify.annotations.NullMarked;
