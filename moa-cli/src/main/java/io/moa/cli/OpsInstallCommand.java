package io.moa.cli;

import java.nio.file.Path;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.ParentCommand;

/** {@code moa ops install}. */
@Command(
        name = "install",
        mixinStandardHelpOptions = true,
        description =
                "Installs a version beside the one that runs. The operations agent fetches the archive, and unpacks it only if its SHA-256 is the one that is said here.")
final class OpsInstallCommand implements Callable<Integer> {

    @ParentCommand
    private OpsCommand ops;

    @Mixin
    private OpsDoor door;

    @Parameters(index = "0", paramLabel = "VERSION", description = "What it is to be called.")
    private String version;

    @Option(
            names = "--from",
            required = true,
            paramLabel = "FILE|URL",
            description = "The archive: https://, http://, or a file on the host of the operations agent.")
    private String from;

    @Option(
            names = "--sha256",
            required = true,
            paramLabel = "HEX",
            description = "Its SHA-256, as ./moa ops package prints it.")
    private String sha256;

    @Option(names = "--by", paramLabel = "NAME", description = "Who the history names; default the user.")
    private String by = OpsDoor.self();

    /** A path is one of this folder. */
    static String url(String from) {
        return from.contains("://") || from.startsWith("file:")
                ? from
                : Path.of(from).toAbsolutePath().normalize().toUri().toString();
    }

    @Override
    public Integer call() throws InterruptedException {
        String told = door.ask(client -> client.install(version, url(from), sha256, by));
        ops.out().println(Printable.of(told));
        return 0;
    }
}
