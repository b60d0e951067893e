package io.moa.transport;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.Map;

/**
 * Names the running operating system, and the part of it that a process sees: the boot, the network, the mounted file systems
 * and the root folder. Two processes with the same name see the same Unix sockets under the same paths; two containers of one
 * machine have different ones, and so has one machine after it was started anew.
 *
 * <p>It is a hint that saves a useless attempt, not a proof: machines that were copied while they ran may have the same. Who
 * answers is decided by the handshake.
 */
public final class HostId {

    private static final int CHARACTERS = 32;

    private HostId() {}

    /** That of this process; empty if a part of it cannot be told, as anywhere but on Linux. */
    public static String ofThisProcess() {
        return of(Path.of("/proc"), Path.of("/"));
    }

    static String of(Path proc, Path root) {
        try {
            String boot =
                    Files.readString(proc.resolve("sys/kernel/random/boot_id")).strip();
            String network = Files.readSymbolicLink(proc.resolve("self/ns/net")).toString();
            String mounts = Files.readSymbolicLink(proc.resolve("self/ns/mnt")).toString();
            Map<String, Object> folder = Files.readAttributes(root, "unix:dev,ino");
            if (boot.isEmpty() || network.isEmpty() || mounts.isEmpty()) {
                return "";
            }
            String all = String.join(
                    "\n", boot, network, mounts, String.valueOf(folder.get("dev")), String.valueOf(folder.get("ino")));
            byte[] hash = MessageDigest.getInstance("SHA-256").digest(all.getBytes(StandardCharsets.UTF_8));
            return HexFormat.of().formatHex(hash).substring(0, CHARACTERS);
        } catch (IOException | RuntimeException e) {
            return ""; // not Linux, or hidden from this process: then there is no telling
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("Every Java has SHA-256", e);
        }
    }
}
