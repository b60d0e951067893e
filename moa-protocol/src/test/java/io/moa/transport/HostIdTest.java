package io.moa.transport;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class HostIdTest {

    @TempDir
    private Path folder;

    private Path proc(String name, String boot, String network, String mounts) throws IOException {
        Path proc = folder.resolve(name);
        Files.createDirectories(proc.resolve("sys/kernel/random"));
        Files.createDirectories(proc.resolve("self/ns"));
        Files.writeString(proc.resolve("sys/kernel/random/boot_id"), boot + "\n");
        Files.createSymbolicLink(proc.resolve("self/ns/net"), Path.of(network));
        Files.createSymbolicLink(proc.resolve("self/ns/mnt"), Path.of(mounts));
        return proc;
    }

    @Test
    void whateverTellsTwoHostsOrContainersApartIsInTheName() throws IOException {
        Set<String> names = new HashSet<>();
        String first = HostId.of(proc("a", "boot-1", "net:[1]", "mnt:[1]"), folder);
        names.add(first);
        names.add(HostId.of(proc("b", "boot-2", "net:[1]", "mnt:[1]"), folder));
        names.add(HostId.of(proc("c", "boot-1", "net:[2]", "mnt:[1]"), folder));
        names.add(HostId.of(proc("d", "boot-1", "net:[1]", "mnt:[2]"), folder));
        names.add(HostId.of(proc("e", "boot-1", "net:[1]", "mnt:[1]"), folder.resolve("e")));
        assertThat(names).hasSize(5).allMatch(name -> name.matches("[0-9a-f]{32}"));
        assertThat(HostId.of(proc("f", "boot-1", "net:[1]", "mnt:[1]"), folder))
                .as("the same facts, read again")
                .isEqualTo(first);
    }

    @Test
    void aPartThatIsMissingLeavesNoName() throws IOException {
        for (String missing : new String[] {"sys/kernel/random/boot_id", "self/ns/net", "self/ns/mnt"}) {
            Path proc = proc(missing.replace('/', '-'), "boot", "net:[1]", "mnt:[1]");
            Files.delete(proc.resolve(missing));
            assertThat(HostId.of(proc, folder)).as(missing).isEmpty();
        }
        assertThat(HostId.of(proc("empty", "", "net:[1]", "mnt:[1]"), folder)).isEmpty();
        assertThat(HostId.of(proc("rootless", "boot", "net:[1]", "mnt:[1]"), folder.resolve("nowhere")))
                .isEmpty();
    }

    @Test
    void thisProcessAlwaysHasTheSame() {
        assertThat(HostId.ofThisProcess()).isEqualTo(HostId.ofThisProcess());
    }
}
