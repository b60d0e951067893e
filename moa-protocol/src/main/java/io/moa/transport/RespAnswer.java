package io.moa.transport;

import java.util.List;

/** What a command of a RESP client is answered. Immutable. */
public sealed interface RespAnswer {

    /** One text. */
    record Text(String text) implements RespAnswer {}

    /** Several. */
    record Texts(List<String> texts) implements RespAnswer {
        public Texts {
            texts = List.copyOf(texts);
        }
    }

    /**
     * A RESP error.
     *
     * @param code its first word, which clients go by, such as {@code ERR}
     * @param why for people
     */
    record Refusal(String code, String why) implements RespAnswer {

        /** What a client asks again later, or somebody else: nothing is wrong with the command. */
        public static final String TRY_AGAIN = "TRYAGAIN";

        /** One that begins with {@code ERR}. */
        public Refusal(String why) {
            this("ERR", why);
        }
    }
}
