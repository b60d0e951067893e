package io.moa.node.proxy;

import io.moa.discovery.Address;
import io.moa.server.resp.RespConfig;
import java.nio.file.attribute.PosixFilePermission;
import java.util.EnumSet;
import java.util.Set;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * Where processes of this host call services of others, over RESP. Immutable.
 *
 * @param address where is listened: TCP, port 0 for a free one, or a Unix socket
 * @param resp who may call; with passwords everybody says one first
 * @param mode who may open the Unix socket, in octal digits such as {@code 0660}; null, the default, for what the process's umask leaves
 */
public record OutboundConfig(
        Address address, RespConfig resp, @Nullable String mode) {

    private static final Pattern OCTAL = Pattern.compile("0?[0-7]{3}");

    public OutboundConfig {
        if (mode != null && !(address instanceof Address.Unix)) {
            throw new IllegalArgumentException("mode is that of a Unix socket, and " + address + " is none");
        }
        if (mode != null && !OCTAL.matcher(mode).matches()) {
            throw new IllegalArgumentException("mode is three octal digits, such as 0660, not " + mode);
        }
    }

    /** Loopback, for this host alone, without a password. */
    public static OutboundConfig at(int port) {
        return new OutboundConfig(new Address.Tcp("127.0.0.1", port), RespConfig.DEFAULT, null);
    }

    /** What the mode allows; null if none is said. */
    @Nullable
    Set<PosixFilePermission> permissions() {
        if (mode == null) {
            return null;
        }
        int bits = Integer.parseInt(mode, 8);
        PosixFilePermission[] highestFirst = PosixFilePermission.values(); // rwx of owner, group, others
        Set<PosixFilePermission> allowed = EnumSet.noneOf(PosixFilePermission.class);
        for (int i = 0; i < highestFirst.length; i++) {
            if ((bits >> (highestFirst.length - 1 - i) & 1) == 1) {
                allowed.add(highestFirst[i]);
            }
        }
        return allowed;
    }
}
