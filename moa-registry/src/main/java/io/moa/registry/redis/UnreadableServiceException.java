package io.moa.registry.redis;

/** The list of a service's processes is no list: somebody else wrote under its key. The other services are not affected. */
public final class UnreadableServiceException extends IllegalStateException {

    private static final long serialVersionUID = 1;

    UnreadableServiceException(String message, Throwable cause) {
        super(message, cause);
    }
}
