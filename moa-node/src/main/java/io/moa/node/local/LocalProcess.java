package io.moa.node.local;

import io.netty.buffer.ByteBuf;
import java.time.Duration;

/** A process that answers calls as JSON, each with JSON. Safe for many threads; nothing blocks. */
public interface LocalProcess extends AutoCloseable {

    /**
     * Asks it.
     *
     * @param request one call in JSON; its reference is taken over
     * @param patience how long the answer is waited for; positive
     * @return the question, whose answer comes or fails within that time
     */
    Asked ask(ByteBuf request, Duration patience);

    /**
     * Whether it is there and does something.
     *
     * @param patience how long is waited; positive
     * @return completes if it is, and else exceptionally with a {@link LocalProcessException}
     */
    Asked check(Duration patience);

    /** Where it is and how it is spoken to, such as {@code fastcgi://127.0.0.1:9000/srv/stock.php}. */
    @Override
    String toString();

    /** Ends its connections; questions under way fail. Idempotent. */
    @Override
    void close();
}
