package io.moa.registry.redis;

import com.code_intelligence.jazzer.junit.FuzzTest;
import io.moa.registry.watch.Evidence;
import io.moa.registry.watch.Letter;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/**
 * Entries of the registry, which anybody who may write there has written: each is read or refused with a
 * {@link BadEntryException}, and what was read is written and read again as the same. The first byte of an input chooses what the
 * rest is read as.
 */
class RegistryFuzzTest {

    static final String UUID = "4f1c";

    private static final int KINDS = 6;

    /** Defaults are written even if they were left out: what was read may be so much longer when it is written. */
    private static final int DEFAULTS = 400;

    @FuzzTest
    void registry(byte[] input) throws BadEntryException {
        if (input.length == 0) {
            return;
        }
        byte[] entry = Arrays.copyOfRange(input, 1, input.length);
        try {
            read((input[0] & 0xFF) % KINDS, entry);
        } catch (BadEntryException e) {
            if (e.getMessage() == null || e.getMessage().isEmpty()) {
                throw new AssertionError("Refused without a reason", e);
            }
        }
    }

    private static void read(int kind, byte[] entry) throws BadEntryException {
        switch (kind) {
            case 0 -> instance(entry);
            case 1 -> {
                DecisionRecord decision = DecisionRecord.read(entry);
                DecisionRecord.check(decision.state());
                again(entry, decision, decision.write(), DecisionRecord::read);
            }
            case 2 -> {
                Evidence evidence = EvidenceRecord.read(entry);
                again(entry, evidence, EvidenceRecord.write(evidence), EvidenceRecord::read);
            }
            case 3 -> {
                Letter letter = LetterRecord.read(entry);
                again(entry, letter, LetterRecord.write(letter), LetterRecord::read);
            }
            case 4 -> MarkRecord.read(entry);
            default -> new RegistrationStamp("1700000000000-00000001").isBehind(text(entry));
        }
    }

    private static void instance(byte[] entry) throws BadEntryException {
        InstanceRecord record = InstanceRecord.read(UUID, entry, AddressRanges.ANY);
        byte[] written;
        try {
            written = record.write(AddressRanges.ANY);
        } catch (IllegalArgumentException e) {
            if (entry.length + DEFAULTS < EntryJson.MAX_BYTES) {
                throw new AssertionError("What was read cannot be written", e);
            }
            return;
        }
        again(entry, record, written, bytes -> InstanceRecord.read(UUID, bytes, AddressRanges.ANY));
    }

    @FunctionalInterface
    private interface Reader {
        Object read(byte[] bytes) throws BadEntryException;
    }

    private static void again(byte[] entry, Object read, byte[] written, Reader reader) throws BadEntryException {
        if (written.length > EntryJson.MAX_BYTES && entry.length + DEFAULTS >= EntryJson.MAX_BYTES) {
            return;
        }
        Object again;
        try {
            again = reader.read(written);
        } catch (BadEntryException e) {
            throw new AssertionError("What was read and written cannot be read again: " + text(written), e);
        }
        if (!again.equals(read)) {
            throw new AssertionError("Written was " + read + ", and read " + again);
        }
    }

    private static String text(byte[] bytes) {
        return new String(bytes, StandardCharsets.UTF_8);
    }
}
