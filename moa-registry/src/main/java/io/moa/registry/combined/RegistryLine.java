package io.moa.registry.combined;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * One registry of a setting that names several, separated by blanks: {@code NAME/PRIORITY/USE=ADDRESS}, of which priority and
 * use, or everything in front of the address, may be left out. An address may hold commas, so these separate nothing.
 */
record RegistryLine(String name, int priority, RegistryUse use, String address) {

    private static final Pattern LABELLED =
            Pattern.compile("([A-Za-z0-9._-]{1,32})(?:/([0-9]{1,3}))?(?:/(both|register|follow))?=(.+)");

    private static final String FORM = "registries are written NAME=ADDRESS or NAME/PRIORITY/USE=ADDRESS, separated by"
            + " blanks, with a priority of 0 to 100 and the use both, register or follow";

    static List<RegistryLine> parse(String setting) {
        List<RegistryLine> lines = new ArrayList<>();
        for (String part : setting.strip().split("\\s+")) {
            lines.add(line(part, lines.size() + 1));
        }
        return lines;
    }

    private static RegistryLine line(String part, int number) {
        Matcher labelled = LABELLED.matcher(part);
        if (labelled.matches()) {
            String priority = labelled.group(2);
            String use = labelled.group(3);
            return new RegistryLine(
                    labelled.group(1),
                    priority == null ? 0 : Integer.parseInt(priority),
                    use == null ? RegistryUse.BOTH : RegistryUse.valueOf(use.toUpperCase(Locale.ROOT)),
                    labelled.group(4));
        }
        int equal = part.indexOf('=');
        int scheme = part.indexOf("://");
        if (part.isEmpty() || (equal >= 0 && (scheme < 0 || equal < scheme))) {
            // Only what is in front of it: the address may hold a password.
            throw new IllegalArgumentException(
                    "Registry number " + number + " of the setting has a label that cannot be read"
                            + (equal > 0 ? " (" + part.substring(0, Math.min(equal, 60)) + ")" : "") + ": " + FORM);
        }
        return new RegistryLine("registry-" + number, 0, RegistryUse.BOTH, part);
    }

    /** Not the address, which may hold a password. */
    @Override
    public String toString() {
        return "RegistryLine[" + name + "/" + priority + "/" + use + "]";
    }
}
