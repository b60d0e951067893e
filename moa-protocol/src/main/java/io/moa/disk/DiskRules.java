package io.moa.disk;

import io.moa.discovery.RuleSet;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.concurrent.Executor;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Predicate;
import java.util.zip.CRC32C;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The live rules that were in force last, in a file: a process that begins while its registry is away goes by them. They do not age: a
 * protection that somebody has set holds until somebody takes it back. Of a source that never had any there is no file. The file says from
 * which place its rules are, and those of another place are not used. Safe for many threads.
 */
public final class DiskRules {

    private static final Logger LOG = LoggerFactory.getLogger(DiskRules.class);
    private static final int LETTERS = 0x4D4F4152; // MOAR
    private static final int VERSION = 1;
    private static final int HEAD = 4 + 4 + 8;
    private static final int MAX_BYTES = 16 << 20;
    private static final int MAX_ID = 10_000; // characters, of up to three bytes each: writeUTF takes 65,535

    private final Path file;
    private final String place;
    private final Predicate<String> isPlace;
    private final Executor writer;
    private final AtomicReference<@Nullable RuleSet> waiting = new AtomicReference<>();

    /**
     * The rules of one file.
     *
     * @param place where they come from: {@link io.moa.discovery.RuleSource#place()}
     * @param isPlace whether rules of a place are from there, too: {@link io.moa.discovery.RuleSource#isPlace}
     * @param writer where the file is written; not a thread that calls run on
     */
    public DiskRules(Path file, String place, Predicate<String> isPlace, Executor writer) {
        this.file = file;
        this.place = place;
        this.isPlace = isPlace;
        this.writer = writer;
    }

    /** Remembers what is in force now. That nothing was ever changed is no reason to forget what was. */
    public void keep(RuleSet rules) {
        if (rules.neverChanged()) {
            return;
        }
        if (waiting.getAndSet(rules) == null) {
            execute(() -> {
                RuleSet latest = waiting.getAndSet(null);
                if (latest != null && !(latest.rules().isEmpty() && Files.notExists(file))) {
                    write(latest);
                }
            });
        }
    }

    private void execute(Runnable task) {
        try {
            writer.execute(task);
        } catch (RejectedExecutionException ended) {
            LOG.debug("the thread that writes has ended", ended);
        }
    }

    private void write(RuleSet rules) {
        try {
            ByteArrayOutputStream rest = new ByteArrayOutputStream();
            DataOutputStream out = new DataOutputStream(rest);
            Map<String, String> named = new LinkedHashMap<>(rules.rules());
            named.keySet().removeIf(DiskRules::isTooLong);
            out.writeLong(rules.revision());
            out.writeInt(named.size());
            for (Map.Entry<String, String> rule : named.entrySet()) {
                out.writeUTF(rule.getKey());
                byte[] text = rule.getValue().getBytes(StandardCharsets.UTF_8);
                out.writeInt(text.length);
                out.write(text);
            }
            out.writeUTF(rules.version()); // an older process reads no further than the rules
            Map<String, String> versions = new LinkedHashMap<>(rules.versions());
            versions.keySet().retainAll(named.keySet());
            out.writeInt(versions.size());
            for (Map.Entry<String, String> version : versions.entrySet()) {
                out.writeUTF(version.getKey());
                out.writeUTF(version.getValue());
            }
            out.writeUTF(place);
            out.flush();
            if (rest.size() > MAX_BYTES - HEAD) {
                throw new IOException("they have more than " + MAX_BYTES + " bytes");
            }
            CRC32C sum = new CRC32C();
            sum.update(rest.toByteArray());
            ByteBuffer bytes = ByteBuffer.allocate(HEAD + rest.size());
            bytes.putInt(LETTERS).putInt(VERSION).putLong(sum.getValue()).put(rest.toByteArray());
            KeptFile.replace(file, bytes.array());
        } catch (IOException | RuntimeException e) {
            LOG.warn(
                    "The live rules cannot be kept in {}: {}. They are in force; without the file a process that begins while"
                            + " its registry is away knows none",
                    file,
                    e.toString());
        }
    }

    /** Reads what was in force last, on the thread that asks; null if nothing was kept of this place, or nothing that is whole. */
    public @Nullable RuleSet read() {
        try {
            Kept kept = read(KeptFile.read(file, MAX_BYTES));
            if (isPlace.test(kept.place())) {
                return kept.rules();
            }
            if (!kept.rules().rules().isEmpty()) {
                LOG.warn(
                        "The {} live rules in {} are not used: they are from {}, and this process has its rules from {}. They are"
                                + " replaced as soon as a rule is set there",
                        kept.rules().rules().size(),
                        file,
                        named(kept.place()),
                        named(place));
            }
            return null;
        } catch (NoSuchFileException firstTime) {
            return null;
        } catch (IOException | RuntimeException e) {
            LOG.warn("The live rules in {} are not used: {}. This process waits for its registry", file, e.toString());
            return null;
        }
    }

    /** No rule has such an id, and a stranger's entry must not keep all others from the disk. */
    private static boolean isTooLong(String id) {
        return id.length() > MAX_ID;
    }

    private static String named(String place) {
        return place.isEmpty() ? "a place that has no name" : place;
    }

    /** What a file says. An older process wrote neither versions nor the place, which then counts as one without a name. */
    private record Kept(String place, RuleSet rules) {}

    private static Kept read(byte[] bytes) throws IOException {
        ByteBuffer head = ByteBuffer.wrap(bytes);
        if (bytes.length < HEAD || head.getInt() != LETTERS || head.getInt() != VERSION) {
            throw new IOException("they are none, or of a version that is not known");
        }
        CRC32C sum = new CRC32C();
        sum.update(bytes, HEAD, bytes.length - HEAD);
        if (sum.getValue() != head.getLong()) {
            throw new IOException("their checksum is wrong");
        }
        DataInputStream in = new DataInputStream(new ByteArrayInputStream(bytes, HEAD, bytes.length - HEAD));
        long revision = in.readLong();
        int count = in.readInt();
        Map<String, String> rules = new LinkedHashMap<>();
        for (int i = 0; i < count; i++) {
            String id = in.readUTF();
            byte[] text = in.readNBytes(in.readInt());
            rules.put(id, new String(text, StandardCharsets.UTF_8));
        }
        if (in.available() == 0) {
            return new Kept("", new RuleSet(revision, rules, Map.of()));
        }
        String version = in.readUTF();
        Map<String, String> versions = new LinkedHashMap<>();
        for (int left = in.readInt(); left > 0; left--) {
            versions.put(in.readUTF(), in.readUTF());
        }
        String place = in.available() == 0 ? "" : in.readUTF();
        return new Kept(place, new RuleSet(revision, rules, Map.of(), version, versions));
    }
}
