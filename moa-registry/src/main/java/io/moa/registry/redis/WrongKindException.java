package io.moa.registry.redis;

import java.io.IOException;

/** Something answers there, and it is not what the settings say it is. */
final class WrongKindException extends IOException {

    private static final long serialVersionUID = 1;

    private final String remedy;

    /**
     * Tells what is there.
     *
     * @param remedy what to write instead, for people
     */
    WrongKindException(String message, String remedy) {
        super(message);
        this.remedy = remedy;
    }

    String remedy() {
        return remedy;
    }
}
