package io.moa.transport.netty;

import io.netty.channel.unix.FileDescriptor;
import java.io.IOException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Descriptors that nobody wants. Stateless. */
final class Descriptors {

    private static final Logger LOG = LoggerFactory.getLogger(Descriptors.class);

    private Descriptors() {}

    /** Closes one; nothing below 0. Never shuts down what other processes may have open, too. */
    static void close(int descriptor) {
        if (descriptor >= 0) {
            try {
                new FileDescriptor(descriptor).close();
            } catch (IOException e) {
                LOG.debug("a descriptor could not be closed", e);
            }
        }
    }
}
