package io.moa.cli;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.moa.internal.Nearest;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.BiFunction;
import org.jspecify.annotations.Nullable;

/** The fields of an object in a file that a person wrote: each is asked for by name, and one that nobody asks for is a mistake. For one thread. */
final class JsonFields {

    private final String place;
    private final ObjectNode object;
    private final List<String> asked = new ArrayList<>();

    /**
     * An object.
     *
     * @param place where it stands, such as {@code publish[0].health}; empty for the whole file
     * @throws IllegalArgumentException if it is none
     */
    JsonFields(String place, @Nullable JsonNode node) {
        if (!(node instanceof ObjectNode fields)) {
            throw new IllegalArgumentException((place.isEmpty() ? "The file" : place) + " is an object, {…}");
        }
        this.place = place;
        this.object = fields;
    }

    private String at(String name) {
        return place.isEmpty() ? name : place + "." + name;
    }

    private @Nullable JsonNode find(String name) {
        asked.add(name);
        JsonNode found = object.get(name);
        return found == null || found.isNull() ? null : found;
    }

    /** A text that has to be there. */
    String text(String name) {
        String text = textOr(name, null);
        if (text == null || text.isBlank()) {
            throw new IllegalArgumentException(at(name) + " is missing: a text");
        }
        return text;
    }

    /** A text, or what holds without one. */
    @Nullable
    String textOr(String name, @Nullable String otherwise) {
        JsonNode found = find(name);
        if (found == null) {
            return otherwise;
        }
        if (!found.isTextual()) {
            throw new IllegalArgumentException(at(name) + " is a text, not " + found);
        }
        return found.textValue();
    }

    /** A whole number, or what holds without one. */
    int numberOr(String name, int otherwise) {
        JsonNode found = find(name);
        if (found == null) {
            return otherwise;
        }
        if (!found.isIntegralNumber() || !found.canConvertToInt()) {
            throw new IllegalArgumentException(at(name) + " is a whole number, not " + found);
        }
        return found.intValue();
    }

    /** Whether something is said. */
    boolean has(String name) {
        return find(name) != null;
    }

    /** An object within; one without fields if nothing is said. */
    JsonFields object(String name) {
        JsonNode found = find(name);
        return new JsonFields(at(name), found == null ? object.objectNode() : found);
    }

    /** Texts by name; none if nothing is said. */
    Map<String, String> texts(String name) {
        JsonFields within = object(name);
        Map<String, String> all = new LinkedHashMap<>();
        within.object.fieldNames().forEachRemaining(key -> all.put(key, String.valueOf(within.scalar(key))));
        return all;
    }

    private String scalar(String name) {
        JsonNode found = find(name);
        if (found == null || found.isContainerNode()) {
            throw new IllegalArgumentException(at(name) + " is a text or a number");
        }
        return found.asText();
    }

    /** The elements of a list, each read; none if nothing is said. */
    <T> List<T> list(String name, BiFunction<String, JsonNode, T> read) {
        JsonNode found = find(name);
        List<T> all = new ArrayList<>();
        if (found == null) {
            return all;
        }
        if (!found.isArray()) {
            throw new IllegalArgumentException(at(name) + " is a list, […]");
        }
        for (int i = 0; i < found.size(); i++) {
            all.add(read.apply(at(name) + "[" + i + "]", found.get(i)));
        }
        return all;
    }

    /**
     * Nothing else is asked for.
     *
     * @throws IllegalArgumentException if there is something else
     */
    void done() {
        object.fieldNames().forEachRemaining(name -> {
            if (!asked.contains(name)) {
                String nearest = Nearest.of(name, asked);
                throw new IllegalArgumentException(at(Printable.of(name)) + " is no setting"
                        + (nearest == null
                                ? "; there are " + String.join(", ", asked)
                                : "; did you mean " + nearest + "?"));
            }
        });
    }
}
