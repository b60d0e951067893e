/** Puts processes of other languages into the registry, answers for them, and calls for them. */
@NullMarked
package io.moa.node.proxy;

import org.jspecify.annotations.NullMarked;
