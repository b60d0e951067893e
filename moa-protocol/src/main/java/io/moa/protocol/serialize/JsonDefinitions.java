package io.moa.protocol.serialize;

import com.fasterxml.jackson.databind.JavaType;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;

/**
 * The part of a schema to which others refer by name. A type that is written otherwise than it is read, such as a class with a property
 * that only a getter has, is there twice. For one thread.
 */
final class JsonDefinitions {

    private static final String PREFIX = "#/$defs/";
    private static final String WRITTEN = ".result";

    private final Map<String, String> nameByType = new HashMap<>();
    private final Set<String> taken = new HashSet<>();

    /** The name of a type's definition: short, and another one for each type. */
    String of(JavaType type) {
        return nameByType.computeIfAbsent(type.toCanonical(), any -> unique(shortName(type)));
    }

    private String unique(String name) {
        String unique = name;
        for (int i = 2; !taken.add(unique); i++) {
            unique = name + i;
        }
        return unique;
    }

    private static String shortName(JavaType type) {
        StringBuilder name =
                new StringBuilder(type.getRawClass().getSimpleName().replaceAll("[^A-Za-z0-9_]", "_"));
        for (int i = 0; i < type.containedTypeCount(); i++) {
            name.append(i == 0 ? "Of" : "And").append(shortName(type.containedType(i)));
        }
        return name.length() > 64 ? name.substring(0, 64) : name.toString();
    }

    static ObjectNode reference(String name) {
        return JsonScalars.empty().put("$ref", PREFIX + name);
    }

    /**
     * Puts the definitions of both directions together.
     *
     * @param results the schemas of results, whose references are led to what is written, where that differs
     */
    Map<String, ObjectNode> merged(
            Map<String, ObjectNode> read, Map<String, ObjectNode> written, Iterable<? extends JsonNode> results) {
        Set<String> differing = new HashSet<>();
        written.forEach((name, definition) -> {
            ObjectNode twin = read.get(name);
            if (twin != null && !twin.equals(definition)) {
                differing.add(name);
            }
        });
        boolean grows = true;
        while (grows) { // what refers to one that differs differs too
            grows = false;
            for (Map.Entry<String, ObjectNode> each : written.entrySet()) {
                grows |= read.containsKey(each.getKey())
                        && !differing.contains(each.getKey())
                        && references(each.getValue()).stream().anyMatch(one -> differing.contains(target(one)))
                        && differing.add(each.getKey());
            }
        }
        Map<String, ObjectNode> all = new TreeMap<>(read);
        written.forEach((name, definition) -> {
            if (differing.contains(name)) {
                all.put(name + WRITTEN, definition);
            } else {
                all.putIfAbsent(name, definition);
            }
            if (differing.contains(name) || !read.containsKey(name)) {
                lead(definition, differing);
            }
        });
        results.forEach(result -> lead(result, differing));
        return all;
    }

    private static void lead(JsonNode schema, Set<String> differing) {
        for (ObjectNode each : references(schema)) {
            if (differing.contains(target(each))) {
                each.put("$ref", PREFIX + target(each) + WRITTEN);
            }
        }
    }

    /** All references in a schema; a property that is called as they are is none. */
    private static List<ObjectNode> references(JsonNode schema) {
        List<ObjectNode> all = new ArrayList<>();
        for (JsonNode parent : schema.findParents("$ref")) {
            if (parent.get("$ref").asText().startsWith(PREFIX)) {
                all.add((ObjectNode) parent);
            }
        }
        return all;
    }

    private static String target(ObjectNode reference) {
        return reference.get("$ref").asText().substring(PREFIX.length());
    }
}
