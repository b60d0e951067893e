package io.moa.protocol.frame;

import io.moa.invoke.Phase;
import org.jspecify.annotations.Nullable;

/** The numbers of phases on the wire, which never change even if the order of the constants does. */
final class PhaseCode {

    private PhaseCode() {}

    static int of(Phase phase) {
        return switch (phase) {
            case CLIENT_QUEUE -> 1;
            case PICK -> 2;
            case CONNECT_WAIT -> 3;
            case WRITE -> 4;
            case SERVER_QUEUE -> 5;
            case DECODE -> 6;
            case EXECUTE -> 7;
            case ENCODE -> 8;
            case BACK -> 9;
        };
    }

    /** The phase for a number from the wire; null for 0, "not said", and for numbers we do not know. */
    static @Nullable Phase phase(int code) {
        return switch (code) {
            case 1 -> Phase.CLIENT_QUEUE;
            case 2 -> Phase.PICK;
            case 3 -> Phase.CONNECT_WAIT;
            case 4 -> Phase.WRITE;
            case 5 -> Phase.SERVER_QUEUE;
            case 6 -> Phase.DECODE;
            case 7 -> Phase.EXECUTE;
            case 8 -> Phase.ENCODE;
            case 9 -> Phase.BACK;
            default -> null;
        };
    }
}
