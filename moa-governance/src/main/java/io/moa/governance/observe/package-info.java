/** Where calls are told to whoever observes them, on both sides. Nothing here is on the route of a call that nobody observes. */
@NullMarked
package io.moa.governance.observe;

import org.jspecify.annotations.NullMarked;
