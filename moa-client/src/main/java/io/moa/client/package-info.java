/** How a call leaves. */
@NullMarked
package io.moa.client;

import org.jspecify.annotations.NullMarked;
