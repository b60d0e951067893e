package io.moa.client.cluster;

import io.moa.discovery.Instance;
import io.moa.internal.UntrustedText;
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
    private static final int SHOWN_CHARACTERS = 41; // of a name, and of a value; the last one tells that there are more
    private static final int SHOWN_OF_PROCESS = 200;

    /** For people, on one line: which, with the labels by which rules ask for it, and how it stands. */
    public String line() {
        return UntrustedText.shown(instance.toString(), SHOWN_OF_PROCESS) + labels() + ": " + how;
    }

    /** By name, the first few; the process itself says them. Empty if there are none. */
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
            text.append(UntrustedText.shown(label.getKey(), SHOWN_CHARACTERS))
                    .append('=')
                    .append(UntrustedText.shown(label.getValue(), SHOWN_CHARACTERS));
        }
        return text.append(labels.hasNext() ? ", …}" : "}").toString();
    }
}
