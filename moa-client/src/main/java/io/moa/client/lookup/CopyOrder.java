package io.moa.client.lookup;

import io.moa.discovery.Address;
import java.nio.charset.StandardCharsets;
import java.util.Comparator;
import java.util.List;
import java.util.zip.CRC32C;

/**
 * In which order a follower asks the copies of a lookup: by a hash of both names, so that followers spread evenly, and those of
 * a copy that fails spread over all others.
 */
final class CopyOrder {

    private CopyOrder() {}

    static List<Address.Tcp> of(List<Address.Tcp> copies, String uuid) {
        return copies.stream()
                .sorted(Comparator.comparingLong((Address.Tcp copy) -> hash(uuid, copy))
                        .thenComparing(Address.Tcp::toString))
                .toList();
    }

    private static long hash(String uuid, Address.Tcp copy) {
        CRC32C crc = new CRC32C();
        crc.update((copy + " " + uuid).getBytes(StandardCharsets.UTF_8));
        // A sum is linear: without the mixing, two copies would stand in the same order for every second uuid alike.
        long mixed = crc.getValue() * 0x9E3779B97F4A7C15L;
        mixed = (mixed ^ (mixed >>> 32)) * 0xD6E8FEB86659FD93L;
        return mixed ^ (mixed >>> 29);
    }
}
