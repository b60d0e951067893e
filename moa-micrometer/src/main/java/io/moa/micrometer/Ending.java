package io.moa.micrometer;

import io.moa.invoke.Reply;
import io.moa.invoke.Status;

/** How calls end, as numbers and as values of the tag {@code status}. Functions without state. */
final class Ending {

    private static final Status[] STATUSES = Status.values();

    /** How many there are: success, each status, and what the implementation threw without declaring it. */
    static final int COUNT = STATUSES.length + 2;

    private Ending() {}

    /** The number of an ending; the smallest is 0. */
    static int of(Reply reply) {
        if (!(reply instanceof Reply.Failure failure)) {
            return 0;
        }
        return failure.status() == Status.APPLICATION && failure.hints().fault()
                ? COUNT - 1
                : 1 + failure.status().ordinal();
    }

    static String name(int number) {
        return number == 0 ? "OK" : number == COUNT - 1 ? "FAULT" : STATUSES[number - 1].name();
    }
}
