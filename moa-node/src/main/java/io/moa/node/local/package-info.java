/** Processes of this host that serve calls which come to another one: how they are asked, and whether they answer. */
@NullMarked
package io.moa.node.local;

import org.jspecify.annotations.NullMarked;
