package io.moa.cli;

import io.moa.ops.VersionPackage;
import java.io.File;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.ParentCommand;

/** {@code moa ops package}. */
@Command(
        name = "package",
        mixinStandardHelpOptions = true,
        description =
                "Makes the archive of a version out of the jars that this command runs from, and prints its SHA-256 as sha256sum does.")
final class OpsPackageCommand implements Callable<Integer> {

    @ParentCommand
    private OpsCommand ops;

    @Parameters(
            index = "0",
            paramLabel = "FILE",
            description = "Where it is written, such as moa-1.zip; must not be there.")
    private Path file;

    @Override
    public Integer call() {
        List<Path> jars = Arrays.stream(System.getProperty("java.class.path").split(File.pathSeparator))
                .map(Path::of)
                .toList();
        try {
            ops.out().println(VersionPackage.make(jars, file.toAbsolutePath()) + "  " + file);
        } catch (IOException e) {
            throw new IllegalStateException("The archive cannot be written: " + e, e);
        }
        return 0;
    }
}
