package io.moa.transport.handover;

/** A hand-over that did not happen. Nothing is lost: the process that offered serves on. */
public final class HandOverFailedException extends RuntimeException {

    private static final long serialVersionUID = 1L;

    public HandOverFailedException(String message) {
        super(message);
    }
}
