package io.moa.client.disk;

import com.code_intelligence.jazzer.junit.FuzzTest;
import io.moa.discovery.ServiceId;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.zip.CRC32C;

/**
 * A service's list on disk: read or refused with an {@link IOException}, and what was read is written and read again as the same.
 * If the first byte of an input is odd, the rest gets a head with the right length and sum, or none would be found by chance.
 */
class DiskFuzzTest {

    static final ServiceId SERVICE = ServiceId.of("shop.Orders");

    private static final long NOW_NANOS = 5_000_000_000L;
    private static final long NOW_MILLIS = 1_700_000_060_000L;
    private static final int LONGEST_TEXT = 65_535; // of what is left to DataOutputStream

    @FuzzTest
    void disk(byte[] input) throws IOException {
        if (input.length == 0) {
            return;
        }
        byte[] rest = Arrays.copyOfRange(input, 1, input.length);
        SnapshotFile.Content content;
        try {
            content = SnapshotFile.read((input[0] & 1) == 0 ? rest : sealed(rest), SERVICE, NOW_NANOS, NOW_MILLIS);
        } catch (IOException e) {
            return;
        }
        byte[] written;
        try {
            written = SnapshotFile.write(content.snapshot(), content.writtenAtMillis());
        } catch (IOException e) {
            if (input.length > LONGEST_TEXT) {
                return; // an address whose text became longer than a text can be
            }
            throw e;
        }
        SnapshotFile.Content again = SnapshotFile.read(written, SERVICE, NOW_NANOS, NOW_MILLIS);
        if (!again.equals(content)) {
            throw new AssertionError("Written was " + content + ", and read " + again);
        }
    }

    private static byte[] sealed(byte[] rest) {
        CRC32C sum = new CRC32C();
        sum.update(rest);
        return ByteBuffer.allocate(20 + rest.length)
                .putInt(0x4D4F4153)
                .putInt(2)
                .putInt(rest.length)
                .putLong(sum.getValue())
                .put(rest)
                .array();
    }
}
