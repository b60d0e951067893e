package io.moa.cli;

import io.moa.protocol.serialize.RuleSetText;
import io.moa.protocol.serialize.RuleText;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParameterException;

/**
 * Rules out of a file, to be put in one change.
 *
 * @param name of the file, for people
 * @param texts each rule as it is to be stored, by its id
 * @param faults all that is wrong with them, each with its place; empty if nothing is
 */
record RuleSetFile(String name, Map<String, String> texts, List<String> faults) {

    private static final int MAX_BYTES = 4 * RuleSetText.MAX_CHARS; // more cannot be few enough characters

    /**
     * Reads a file that has one rule.
     *
     * @throws ParameterException if there is none, or it is no text
     */
    static RuleSetFile ofOne(CommandSpec spec, String file, String id) {
        RuleFile given = RuleFile.read(spec, file);
        return new RuleSetFile(given.name(), Map.of(id, given.text()), given.faults(id));
    }

    /**
     * Reads a file that has several, each under its id.
     *
     * @throws ParameterException if there is none, or it is no text
     */
    static RuleSetFile ofAll(CommandSpec spec, String file) {
        RuleFile given = RuleFile.read(spec, file, MAX_BYTES);
        Map<String, @Nullable Object> plain;
        try {
            plain = RuleSetText.read(given.text());
        } catch (IllegalArgumentException e) {
            return new RuleSetFile(given.name(), Map.of(), List.of(String.valueOf(e.getMessage())));
        }
        if (plain.isEmpty()) {
            return new RuleSetFile(
                    given.name(), Map.of(), List.of("there is no rule in it; ./moa rules clear takes all rules away"));
        }
        Map<String, String> texts = new TreeMap<>();
        List<String> faults = new ArrayList<>();
        plain.forEach((id, rule) -> {
            String text = rule == null ? "null" : RuleText.writeLine(rule);
            RuleFile.faults(id, text).forEach(fault -> faults.add(id + ": " + fault));
            texts.put(id, text);
        });
        return new RuleSetFile(given.name(), texts, faults);
    }
}
