/**
 * The lookup as a service: who offers what, and where, for callers of any language, answered from the memory of a process
 * that follows the registry for others. The types are plain data with a form in JSON.
 */
@NullMarked
package io.moa.lookup;

import org.jspecify.annotations.NullMarked;
