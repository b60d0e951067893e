package io.moa.e2e.ops;

import io.moa.ops.VersionPackage;
import java.io.File;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.jar.Attributes;
import java.util.jar.JarOutputStream;
import java.util.jar.Manifest;
import java.util.stream.Collectors;
import java.util.zip.ZipEntry;
import javax.tools.ToolProvider;

/**
 * The archive of a version, made for a test: of one jar, so that a test need not pack all that is on the class path.
 *
 * @param name of the version
 * @param archive where it is
 * @param sha256 of it
 */
record BuiltVersion(String name, Path archive, String sha256) {

    /** One that works: its jar leads to what is tested. */
    static BuiltVersion working(Path folder, String name) throws IOException {
        String all = Arrays.stream(System.getProperty("java.class.path").split(File.pathSeparator))
                .map(each -> Path.of(each).toUri().toString())
                .collect(Collectors.joining(" "));
        Manifest manifest = manifest();
        manifest.getMainAttributes().put(Attributes.Name.CLASS_PATH, all);
        manifest.getMainAttributes().put(Attributes.Name.IMPLEMENTATION_VERSION, name);
        return pack(folder, name, manifest, null);
    }

    /** One that does something else, in the main method of the command. */
    static BuiltVersion broken(Path folder, String name, String statement) throws IOException {
        Path source = Files.createDirectories(folder.resolve(name + "-source")).resolve("MoaCommand.java");
        Files.writeString(
                source,
                "package io.moa.cli; public final class MoaCommand { public static void main(String[] args) throws Exception { "
                        + statement + " } }");
        Path classes = Files.createDirectories(folder.resolve(name + "-classes"));
        int result =
                ToolProvider.getSystemJavaCompiler().run(null, null, null, "-d", classes.toString(), source.toString());
        if (result != 0) {
            throw new IllegalStateException("it does not compile");
        }
        return pack(folder, name, manifest(), classes.resolve("io/moa/cli/MoaCommand.class"));
    }

    private static Manifest manifest() {
        Manifest manifest = new Manifest();
        manifest.getMainAttributes().put(Attributes.Name.MANIFEST_VERSION, "1.0");
        return manifest;
    }

    private static BuiltVersion pack(Path folder, String name, Manifest manifest, Path main) throws IOException {
        Path jar = folder.resolve(name + ".jar");
        try (OutputStream file = Files.newOutputStream(jar);
                JarOutputStream out = new JarOutputStream(file, manifest)) {
            if (main != null) {
                out.putNextEntry(new ZipEntry("io/moa/cli/MoaCommand.class"));
                Files.copy(main, out);
                out.closeEntry();
            }
        }
        Path archive = folder.resolve(name + ".zip");
        return new BuiltVersion(name, archive, VersionPackage.make(List.of(jar), archive));
    }
}
