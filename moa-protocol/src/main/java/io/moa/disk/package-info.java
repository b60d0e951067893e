/** Files that a process keeps for a later one of its application, and the live rules among them. */
@NullMarked
package io.moa.disk;

import org.jspecify.annotations.NullMarked;
