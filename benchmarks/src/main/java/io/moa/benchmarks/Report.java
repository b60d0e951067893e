package io.moa.benchmarks;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

/**
 * What a measurement has to say, in Markdown: printed at once, and kept for a file if one is wanted. Not safe for
 * threads.
 */
public final class Report {

    private final StringBuilder text = new StringBuilder();

    public Report title(String title) {
        return add("# " + title);
    }

    public Report section(String title) {
        return add("## " + title);
    }

    /** Adds a block of text, followed by a blank line. */
    public Report add(Object block) {
        String whole = block.toString().stripTrailing() + "\n\n";
        text.append(whole);
        System.out.print(whole);
        System.out.flush();
        return this;
    }

    /**
     * Writes {@code NAME.md} into the folder of reports and says where.
     *
     * @param name letters, digits, '.', '_' and '-'; or null to write nothing
     */
    public void write(@Nullable String name) throws IOException {
        if (name == null) {
            return;
        }
        checkName(name);
        Path folder = Path.of(System.getProperty("moa.benchmarks.reports", "reports"));
        Files.createDirectories(folder);
        Path file = folder.resolve(name + ".md");
        Files.writeString(file, text.toString().stripTrailing() + "\n");
        System.out.println("written: " + file);
    }

    /** Refuses a name that would leave the folder; called before a long run rather than after it. */
    public static void checkName(String name) {
        if (!name.matches("[A-Za-z0-9][A-Za-z0-9._-]*")) {
            throw new IllegalArgumentException("--report takes a plain name, not \"" + name + "\"");
        }
    }
}
