package io.moa.cli;

import io.moa.governance.rule.RuleReader;
import io.moa.protocol.serialize.RuleText;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.List;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParameterException;

/**
 * The text of a rule out of a file.
 *
 * @param name of the file, for people
 * @param text what it says
 */
record RuleFile(String name, String text) {

    private static final String STANDARD_INPUT = "-";
    private static final int MAX_BYTES = 4 * RuleText.MAX_CHARS; // more cannot be few enough characters

    /**
     * Reads a file, or with {@code -} what comes in.
     *
     * @throws ParameterException if there is none, or it is no text
     */
    static RuleFile read(CommandSpec spec, String name) {
        return read(spec, name, MAX_BYTES);
    }

    /** As {@link #read(CommandSpec, String)}, of a file that may be longer than one rule. */
    static RuleFile read(CommandSpec spec, String name, int maxBytes) {
        boolean standard = name.equals(STANDARD_INPUT);
        String shown = standard ? "the standard input" : Printable.of(name);
        try (InputStream in = standard ? System.in : Files.newInputStream(Path.of(name))) {
            byte[] bytes = in.readNBytes(maxBytes + 1);
            return new RuleFile(
                    shown,
                    StandardCharsets.UTF_8
                            .newDecoder()
                            .decode(ByteBuffer.wrap(bytes))
                            .toString());
        } catch (NoSuchFileException e) {
            throw new ParameterException(spec.commandLine(), "There is no file " + shown, e);
        } catch (CharacterCodingException e) {
            throw new ParameterException(spec.commandLine(), shown + " is no text in UTF-8", e);
        } catch (IOException | IllegalArgumentException e) {
            throw new ParameterException(
                    spec.commandLine(), shown + " cannot be read: " + Printable.of(String.valueOf(e.getMessage())), e);
        }
    }

    /** All that is wrong with it as a rule, each with its place; empty if it is one. */
    List<String> faults(String id) {
        return faults(id, text);
    }

    /** All that is wrong with a text as a rule. */
    static List<String> faults(String id, String text) {
        try {
            return RuleReader.faults(id, RuleText.read(text));
        } catch (IllegalArgumentException e) {
            return List.of(String.valueOf(e.getMessage()));
        }
    }
}
