package io.moa.registry.redis;

/** Redis could not be asked: it was away, refused, or too much was waiting already. Its message says which. */
public final class RegistryUnavailableException extends RuntimeException {

    private static final long serialVersionUID = 1;

    RegistryUnavailableException(String message) {
        super(message);
    }

    RegistryUnavailableException(String message, Throwable cause) {
        super(message, cause);
    }
}
