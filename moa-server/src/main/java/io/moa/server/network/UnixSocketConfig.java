package io.moa.server.network;

import java.nio.file.Path;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;

/**
 * Whether a server that listens on TCP also listens on a Unix socket, for callers of the same user on the same host. Default
 * {@link #OFF}. Immutable.
 *
 * <p>The system property {@code moa.server.unix}, and below it the environment variable {@code MOA_SERVER_UNIX}, stand above
 * the code: {@code off}, {@code auto}, or the absolute path of a folder.
 *
 * @param mode whether at all
 * @param folder where the socket's file is made; null unless a folder was said
 */
public record UnixSocketConfig(Mode mode, @Nullable Path folder) {

    /** Whether there is one. */
    public enum Mode {
        /** None. */
        OFF,
        /** In the user's own folder, where it is possible; where not, one line in the log says why. */
        AUTO,
        /** In a folder that was said; a server that cannot have it does not start. */
        FOLDER
    }

    /** No Unix socket. */
    public static final UnixSocketConfig OFF = new UnixSocketConfig(Mode.OFF, null);

    /**
     * Where it is possible, in {@code $XDG_RUNTIME_DIR/moa}, or without that variable in {@code moa-<user>} of the folder for
     * temporary files.
     */
    public static final UnixSocketConfig AUTO = new UnixSocketConfig(Mode.AUTO, null);

    public UnixSocketConfig {
        if ((mode == Mode.FOLDER) != (folder != null) || (folder != null && !folder.isAbsolute())) {
            throw new IllegalArgumentException(
                    "The folder of Unix sockets is an absolute path, and is said in the mode FOLDER only; not "
                            + folder);
        }
    }

    /** In this folder, which is made if need be, belongs to this process's user and is open to nobody else. */
    public static UnixSocketConfig in(Path folder) {
        return new UnixSocketConfig(Mode.FOLDER, folder);
    }

    /** This, where neither property nor variable says another. */
    public UnixSocketConfig over(UnaryOperator<@Nullable String> property, UnaryOperator<@Nullable String> variable) {
        String said = ListenConfig.said("unix", property, variable);
        if (said == null) {
            return this;
        }
        return switch (said) {
            case "off", "" -> OFF;
            case "auto" -> AUTO;
            default -> {
                if (!said.startsWith("/")) {
                    throw new IllegalArgumentException(
                            "moa.server.unix (MOA_SERVER_UNIX) is off, auto or the absolute path"
                                    + " of a folder, not \"" + said + "\"");
                }
                yield in(Path.of(said));
            }
        };
    }

    /** The folder to be used. */
    Path folderOr(UnaryOperator<@Nullable String> property, UnaryOperator<@Nullable String> variable) {
        if (folder != null) {
            return folder;
        }
        String runtime = variable.apply("XDG_RUNTIME_DIR");
        if (runtime != null && runtime.startsWith("/")) {
            return Path.of(runtime, "moa");
        }
        String temporary = property.apply("java.io.tmpdir");
        String user = property.apply("user.name");
        return Path.of(
                temporary == null ? "/tmp" : temporary,
                "moa-" + (user == null ? "unknown" : user.replaceAll("[^A-Za-z0-9_-]", "_")));
    }
}
