package io.moa.protocol.serialize;

import java.nio.charset.StandardCharsets;
import org.jspecify.annotations.Nullable;

/** Reads arguments that are all texts, of ASCII and without escapes. What else comes, right or wrong, is left to Jackson. */
final class JsonPlainTexts {

    private JsonPlainTexts() {}

    /**
     * Reads a JSON list.
     *
     * @param count how many texts there have to be; at least 1
     * @param most how many characters each of them has at most
     * @return null if it is anything but such a list
     */
    static @Nullable Object @Nullable [] read(byte[] bytes, int from, int end, int count, int most) {
        @Nullable Object[] texts = new @Nullable Object[count];
        int at = from;
        for (int i = 0; i < count; i++) {
            // A list begins like this, and goes on with a comma; blanks are seldom.
            if (at + 1 >= end || bytes[at] != (i == 0 ? '[' : ',') || bytes[at + 1] != '"') {
                return null;
            }
            int start = at + 2;
            at = JsonPlainText.endOf(bytes, start, end);
            if (at == end || bytes[at] != '"' || at - start > most) {
                return null;
            }
            texts[i] = new String(bytes, start, at - start, StandardCharsets.ISO_8859_1);
            at++;
        }
        return at == end - 1 && bytes[at] == ']' ? texts : null;
    }
}
