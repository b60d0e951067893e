/** RESP, the protocol of Redis, as its clients speak it: commands that come, and answers that go. */
@NullMarked
package io.moa.protocol.resp;

import org.jspecify.annotations.NullMarked;
