package io.moa.cli.conformance;

import com.fasterxml.jackson.core.json.JsonReadFeature;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** The cases that stand in {@code conformance/cases.json}, and how an answer is judged. Functions without state. */
final class ConformanceCases {

    static final JsonMapper JSON = JsonMapper.builder()
            .enable(JsonReadFeature.ALLOW_JAVA_COMMENTS)
            .enable(DeserializationFeature.USE_BIG_DECIMAL_FOR_FLOATS)
            .enable(DeserializationFeature.USE_BIG_INTEGER_FOR_INTS)
            .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
            .build();

    private static final String CONTAINS = "~"; // behind a name: the text contains that

    private ConformanceCases() {}

    /**
     * A case.
     *
     * @param level what an SDK says that it can, such as {@code calls}
     * @param ask what the driver is told to do, without an id
     * @param expect what it has to answer
     */
    record Case(String name, String level, JsonNode ask, JsonNode expect) {}

    /** All of them, in their order. */
    static List<Case> all() {
        try (InputStream in = ConformanceCases.class.getResourceAsStream("/conformance/cases.json")) {
            if (in == null) {
                throw new IllegalStateException("This build has no conformance/cases.json");
            }
            List<Case> all = new ArrayList<>();
            for (JsonNode each : JSON.readTree(in)) {
                all.add(new Case(
                        each.get("name").textValue(),
                        each.get("level").textValue(),
                        each.get("ask"),
                        each.get("expect")));
            }
            return all;
        } catch (IOException e) {
            throw new UncheckedIOException("conformance/cases.json cannot be read", e);
        }
    }

    /** What is wrong with an answer, for people; empty if it is as expected. */
    static String fault(JsonNode expected, JsonNode got) {
        return fault("", expected, got);
    }

    private static String fault(String place, JsonNode expected, @Nullable JsonNode got) {
        if (expected.isObject() && got != null && got.isObject()) {
            for (Map.Entry<String, JsonNode> field : expected.properties()) {
                String name = field.getKey();
                String fault;
                if (name.endsWith(CONTAINS)) {
                    String plain = name.substring(0, name.length() - 1);
                    JsonNode text = got.get(plain);
                    fault = text != null
                                    && text.asText().contains(field.getValue().asText())
                            ? ""
                            : at(place, plain) + " does not contain " + field.getValue() + ": " + text;
                } else {
                    fault = fault(at(place, name), field.getValue(), got.get(name));
                }
                if (!fault.isEmpty()) {
                    return fault;
                }
            }
            return "";
        }
        if (expected.isArray() && got != null && got.isArray()) {
            if (expected.size() != got.size()) {
                return place + " has " + got.size() + " elements, and not " + expected.size();
            }
            for (int i = 0; i < expected.size(); i++) {
                String fault = fault(place + "[" + i + "]", expected.get(i), got.get(i));
                if (!fault.isEmpty()) {
                    return fault;
                }
            }
            return "";
        }
        boolean same = (got != null && expected.isNumber() && got.isNumber())
                ? expected.decimalValue().compareTo(got.decimalValue()) == 0
                : expected.equals(got);
        return same
                ? ""
                : (place.isEmpty() ? "the answer" : place) + " is " + shown(got) + ", and not " + shown(expected);
    }

    private static String at(String place, String name) {
        return place.isEmpty() ? name : place + "." + name;
    }

    private static String shown(@Nullable JsonNode node) {
        String text = String.valueOf(node);
        return text.length() <= 200 ? text : text.substring(0, 200) + "… (" + text.length() + " characters)";
    }
}
