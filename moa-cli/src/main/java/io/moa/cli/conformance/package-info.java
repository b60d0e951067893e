/** By which an SDK of another language proves that it does what one does: a server that it is led against, cases, and golden transcripts. */
@NullMarked
package io.moa.cli.conformance;

import org.jspecify.annotations.NullMarked;
