/** How many requests of RESP a server answers, beside redis-server and beside a responder that does nothing else. */
@NullMarked
package io.moa.benchmarks.resp;

import org.jspecify.annotations.NullMarked;
