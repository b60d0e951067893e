package io.moa.registry.redis;

/** An entry of the registry that cannot be used, and why. It is passed over alone. */
final class BadEntryException extends Exception {

    private static final long serialVersionUID = 1;

    BadEntryException(String why) {
        super(why);
    }

    BadEntryException(String why, Throwable cause) {
        super(why, cause);
    }
}
