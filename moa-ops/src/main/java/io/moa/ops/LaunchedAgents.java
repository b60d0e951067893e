package io.moa.ops;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * Agents as processes of their own. Each is told a file for its status that is called after its number and version: by that word of its command line
 * it is found again, even if it was started in the very moment in which the operations agent was killed.
 */
final class LaunchedAgents implements AgentLauncher {

    private static final String MAIN = "io.moa.cli.MoaCommand";
    private static final Pattern STATUS = Pattern.compile("([0-9]{1,18})@([A-Za-z0-9][A-Za-z0-9._+-]{0,63})\\.json");

    private final Path runs;
    private final Path log;
    private final VersionStore versions;
    private final List<String> java;
    private final List<String> options;

    /**
     * Those of a folder.
     *
     * @param java the command of Java with its options
     * @param options of {@code moa agent}
     */
    LaunchedAgents(Path folder, AgentLog log, VersionStore versions, List<String> java, List<String> options)
            throws IOException {
        this.runs = Files.createDirectories(folder.resolve("run")).toRealPath();
        this.log = log.file();
        this.versions = versions;
        this.java = List.copyOf(java);
        this.options = List.copyOf(options);
    }

    @Override
    public AgentRun start(long launch, String version, boolean replace) throws IOException {
        Path status = runs.resolve(launch + "@" + version + ".json");
        List<String> command = new ArrayList<>(java);
        command.addAll(List.of("-cp", versions.classPath(version), MAIN, "agent"));
        command.addAll(options);
        if (replace) {
            command.add("--replace");
        }
        command.addAll(List.of("--status-file", status.toString()));
        long from = Files.exists(log) ? Files.size(log) : 0;
        // Into a file and no pipe: a process that writes must outlive whoever reads.
        Process process = new ProcessBuilder(command)
                .redirectInput(ProcessBuilder.Redirect.from(Path.of("/dev/null").toFile()))
                .redirectOutput(ProcessBuilder.Redirect.appendTo(log.toFile()))
                .redirectErrorStream(true)
                .start();
        return new AgentProcessRun(launch, version, process.toHandle(), process, status, log, from);
    }

    @Override
    public List<AgentRun> living() throws IOException {
        List<AgentRun> found = new ArrayList<>();
        for (ProcessHandle each : ProcessHandle.allProcesses().toList()) {
            Path status = statusOf(each.pid());
            Matcher name = STATUS.matcher(status == null ? "" : String.valueOf(status.getFileName()));
            // The handle knows when its process began: if it lives on, these words are its own and of no later one.
            if (status != null && name.matches() && each.isAlive()) {
                found.add(
                        new AgentProcessRun(Long.parseLong(name.group(1)), name.group(2), each, null, status, log, -1));
            }
        }
        found.sort(Comparator.comparingLong(AgentRun::launch));
        removeOldFiles(found);
        return found;
    }

    /** The file that a process was told, if it is one of this folder's agents; null else. */
    private @Nullable Path statusOf(long pid) {
        try {
            String[] words = Files.readString(Path.of("/proc/" + pid + "/cmdline"), StandardCharsets.ISO_8859_1)
                    .split("\0", -1);
            for (int i = 0; i + 1 < words.length; i++) {
                if (words[i].equals("--status-file")
                        && words[i + 1].startsWith(runs + "/")
                        && List.of(words).contains(MAIN)) {
                    return Path.of(words[i + 1]);
                }
            }
        } catch (IOException gone) {
            return null; // or of another user
        }
        return null;
    }

    private void removeOldFiles(List<AgentRun> living) throws IOException {
        try (Stream<Path> files = Files.list(runs)) {
            for (Path each : files.toList()) {
                boolean its = living.stream()
                        .anyMatch(run -> String.valueOf(each.getFileName()).startsWith(run.launch() + "@"));
                if (!its) {
                    Files.deleteIfExists(each);
                }
            }
        }
    }

    /** What a file of an agent says; null if nothing that can be read. */
    static @Nullable AgentReport read(Path status) {
        try {
            if (!Files.exists(status) || Files.size(status) > 64 * 1024) {
                return null;
            }
            JsonNode said = Json.MAPPER.readTree(Files.readString(status));
            return new AgentReport(
                    said.path("state").asText().equals("serving"),
                    said.path("replaceable").asBoolean(),
                    said.path("atMillis").asLong(),
                    said.path("calls").asLong(),
                    said.path("failed").asLong(),
                    said.path("connections").asInt());
        } catch (IOException unreadable) {
            return null;
        }
    }
}
