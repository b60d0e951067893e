package io.moa.client.cluster;

import io.moa.discovery.Instance;
import java.util.Iterator;
import java.util.Map;
import java.util.TreeMap;

/**
 * An instance that a client knows of a service, whether it is called or not. Immutable.
 *
 * @param instance which
 * @param how it stands, for people: whether it is called, or only when nobody else can be, and why; whether it is ejected, and until when; at
 *     which address
 */
public record KnownInstance(Instance instance, String how) {

    private static final int SHOWN_LABELS = 8;
    private static final int SHOWN_CHARACTERS = 40; // of a name, and of a value

    /** For people, on one line: which, with the labels by which rules ask for it, and how it stands. */
    public String line() {
        return instance + labels() + ": " + how;
    }

    /** By name, the first few; the process itself says them, so nothing in them may break a line. Empty if there are none. */
    private String labels() {
        if (instance.labels().isEmpty()) {
            return "";
        }
        StringBuilder text = new StringBuilder(64).append(" {");
        Iterator<Map.Entry<String, String>> labels =
                new TreeMap<>(instance.labels()).entrySet().iterator();
        for (int i = 0; i < SHOWN_LABELS && labels.hasNext(); i++) {
            Map.Entry<String, String> label = labels.next();
            text.append(i == 0 ? "" : ", ");
            append(text, label.getKey());
            text.append('=');
            append(text, label.getValue());
        }
        return text.append(labels.hasNext() ? ", …}" : "}").toString();
    }

    private static void append(StringBuilder text, String value) {
        value.codePoints().limit(SHOWN_CHARACTERS).forEach(c -> text.appendCodePoint(isUnseen(c) ? '?' : c));
        text.append(value.codePointCount(0, value.length()) > SHOWN_CHARACTERS ? "…" : "");
    }

    /** Control characters, marks of writing direction, and others that nobody sees or that break a line. */
    private static boolean isUnseen(int c) {
        return switch (Character.getType(c)) {
            case Character.CONTROL,
                    Character.FORMAT,
                    Character.LINE_SEPARATOR,
                    Character.PARAGRAPH_SEPARATOR,
                    Character.SURROGATE -> true;
            default -> false;
        };
    }
}
