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

    /** A RESP error. */
    record Refusal(String why) implements RespAnswer {}
}
