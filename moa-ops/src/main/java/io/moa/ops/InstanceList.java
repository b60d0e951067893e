package io.moa.ops;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** The file of instances of a roll-out: a line each, with an address and, if it has one of its own, the file of its token. Behind {@code #} is a remark. */
public final class InstanceList {

    private InstanceList() {}

    /**
     * Reads it.
     *
     * @param token for those without one; null if all have one
     * @throws IllegalArgumentException if it cannot be read; the message names the line
     */
    public static List<OpsClient> read(Path file, @Nullable Path token) {
        List<String> lines;
        try {
            lines = Files.readAllLines(file);
        } catch (IOException e) {
            throw new IllegalArgumentException("The instances cannot be read: " + e, e);
        }
        Map<String, OpsClient> all = new LinkedHashMap<>();
        for (int i = 0; i < lines.size(); i++) {
            String line = lines.get(i).replaceAll("(^|\\s)#.*", "").strip();
            if (line.isEmpty()) {
                continue;
            }
            String[] parts = line.split("\\s+");
            try {
                Path its = parts.length > 1 ? Path.of(parts[1]) : token;
                if (its == null || parts.length > 2) {
                    throw new IllegalArgumentException(
                            "A line has an address and the file of its token, or --token-file names that of all");
                }
                OpsAddress at = OpsAddress.parse(parts[0]);
                if (all.put(at.toString(), new OpsClient(at, TokenFile.read(its))) != null) {
                    throw new IllegalArgumentException(at + " stands there twice");
                }
            } catch (IllegalArgumentException e) {
                throw new IllegalArgumentException(file + ", line " + (i + 1) + ": " + e.getMessage(), e);
            }
        }
        if (all.isEmpty()) {
            throw new IllegalArgumentException(file + " names no instance");
        }
        return new ArrayList<>(all.values());
    }
}
