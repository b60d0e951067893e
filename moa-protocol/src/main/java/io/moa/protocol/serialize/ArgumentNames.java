package io.moa.protocol.serialize;

import io.moa.internal.Nearest;
import io.moa.internal.UntrustedText;
import java.util.List;

/** Why arguments that came by name are not those of a method. Functions without state, for any thread. */
final class ArgumentNames {

    private ArgumentNames() {}

    /** The method's names are not known. */
    static SerializationException unknown(String method) {
        return SerializationException.malformed("Arguments of " + method
                + " came by name, and the names of its parameters are not known there: send them as a list, or compile"
                + " the service's interface with -parameters, or say them with @ParameterName.");
    }

    /**
     * One is not known, or there twice, or missing.
     *
     * @param method who begins the sentence
     * @param came as they came
     * @param known those of the method, in order
     */
    static SerializationException notFitting(String method, List<String> came, List<String> known) {
        for (int i = 0; i < came.size(); i++) {
            String name = came.get(i);
            if (!known.contains(name)) {
                String nearest = Nearest.of(name, known);
                return SerializationException.malformed(method + " has no parameter \"" + UntrustedText.shown(name, 64)
                        + "\"" + (nearest == null ? "" : "; " + nearest + " may be meant") + ". "
                        + (known.isEmpty() ? "It has none." : "Its parameters are " + String.join(", ", known) + "."));
            }
            if (came.indexOf(name) < i) {
                return SerializationException.malformed("The argument \"" + name + "\" of " + method + " came twice.");
            }
        }
        List<String> missing =
                known.stream().filter(name -> !came.contains(name)).toList();
        return SerializationException.malformed(
                method + " needs " + (missing.size() == 1 ? "the argument " : "the arguments ")
                        + String.join(", ", missing) + " too; a value that is null is sent as null.");
    }
}
