package io.moa.client.disk;

import io.moa.discovery.Address;
import io.moa.discovery.Instance;
import io.moa.discovery.Liveness;
import io.moa.discovery.OperatorState;
import io.moa.discovery.ServiceExport;
import io.moa.discovery.ServiceId;
import io.moa.discovery.Snapshot;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.zip.CRC32C;

/**
 * The form of a service's file: four letters, the form's version, the length of the rest, its CRC-32C, and the rest. No
 * count in it makes room in advance, so a bad file costs no more memory than its own length.
 */
final class SnapshotFile {

    private static final int LETTERS = 0x4D4F4153; // MOAS
    private static final int VERSION = 2;
    private static final int HEAD = 4 + 4 + 4 + 8;

    /** What a file says. */
    record Content(long writtenAtMillis, Snapshot snapshot) {}

    private SnapshotFile() {}

    static byte[] write(Snapshot snapshot, long writtenAtMillis) throws IOException {
        ByteArrayOutputStream rest = new ByteArrayOutputStream();
        DataOutputStream out = new DataOutputStream(rest);
        out.writeLong(writtenAtMillis);
        out.writeUTF(snapshot.service().toString());
        out.writeLong(snapshot.revision());
        out.writeInt(snapshot.entries().size());
        for (Snapshot.Entry entry : snapshot.entries()) {
            write(out, entry, snapshot.service());
            out.writeInt(snapshot.distanceOf(entry.instance().uuid()));
        }
        out.flush();
        CRC32C sum = new CRC32C();
        sum.update(rest.toByteArray());
        ByteBuffer file = ByteBuffer.allocate(HEAD + rest.size());
        file.putInt(LETTERS).putInt(VERSION).putInt(rest.size()).putLong(sum.getValue());
        return file.put(rest.toByteArray()).array();
    }

    private static void write(DataOutputStream out, Snapshot.Entry entry, ServiceId service) throws IOException {
        Instance instance = entry.instance();
        out.writeUTF(instance.uuid());
        out.writeUTF(instance.application());
        out.writeUTF(instance.host());
        texts(out, instance.addresses().stream().map(Address::toString).toList());
        texts(out, List.copyOf(instance.protocols()));
        ServiceExport export = instance.export(service); // its other services have files of their own
        out.writeBoolean(export != null);
        if (export != null) {
            texts(out, List.copyOf(export.serializers()));
            out.writeUTF(export.contract());
        }
        out.writeInt(instance.weight());
        out.writeLong(instance.startedAtEpochMillis());
        out.writeLong(instance.warmUpMillis());
        texts(out, instance.labels());
        texts(out, instance.metadata());
        out.writeUTF(entry.liveness().name());
        OperatorState operator = entry.operator();
        out.writeBoolean(operator.offline());
        out.writeInt(operator.weight() == null ? -1 : operator.weight());
        out.writeBoolean(operator.tag() != null);
        out.writeUTF(operator.tag() == null ? "" : operator.tag());
    }

    private static void texts(DataOutputStream out, List<String> texts) throws IOException {
        out.writeInt(texts.size());
        for (String text : texts) {
            out.writeUTF(text);
        }
    }

    private static void texts(DataOutputStream out, Map<String, String> texts) throws IOException {
        out.writeInt(texts.size());
        for (Map.Entry<String, String> text : texts.entrySet()) {
            out.writeUTF(text.getKey());
            out.writeUTF(text.getValue());
        }
    }

    /**
     * Reads a file.
     *
     * @param nowNanos on the reader's ticker
     * @throws IOException if it is not one, is damaged, or of another service; the message says which
     */
    static Content read(byte[] file, ServiceId service, long nowNanos, long wallMillis) throws IOException {
        ByteBuffer head = ByteBuffer.wrap(file);
        if (file.length < HEAD || head.getInt() != LETTERS) {
            throw new IOException("it is not a list of instances");
        }
        int version = head.getInt();
        if (version != VERSION) {
            throw new IOException("it is of version " + version + ", and only " + VERSION + " is known");
        }
        int length = head.getInt();
        long sum = head.getLong();
        if (length != file.length - HEAD) {
            throw new IOException("it is cut short or has bytes too many");
        }
        CRC32C found = new CRC32C();
        found.update(file, HEAD, length);
        if (found.getValue() != sum) {
            throw new IOException("its checksum is wrong");
        }
        try {
            return content(
                    new DataInputStream(new ByteArrayInputStream(file, HEAD, length)), service, nowNanos, wallMillis);
        } catch (RuntimeException e) { // such as an address that is none: the sum was right, the writer was not
            throw new IOException("its content is wrong: " + e.getMessage(), e);
        }
    }

    private static Content content(DataInputStream in, ServiceId service, long nowNanos, long wallMillis)
            throws IOException {
        long writtenAt = in.readLong();
        String of = in.readUTF();
        if (!of.equals(service.toString())) {
            throw new IOException("it is of " + of);
        }
        long revision = Math.max(1, in.readLong());
        int count = in.readInt();
        List<Snapshot.Entry> entries = new ArrayList<>();
        Map<String, Integer> distances = new HashMap<>();
        for (int i = 0; i < count; i++) {
            Snapshot.Entry entry = entry(in, service);
            entries.add(entry);
            int distance = in.readInt();
            if (distance > 0) {
                distances.put(entry.instance().uuid(), distance);
            }
        }
        long age = Math.max(0, wallMillis - writtenAt);
        String source = "disk, written " + Duration.ofMillis(age).toSeconds() + " s before this process read it";
        long asOf = nowNanos - Duration.ofMillis(age).toNanos();
        return new Content(writtenAt, new Snapshot(service, revision, entries, asOf, source, Set.of(), distances));
    }

    private static Snapshot.Entry entry(DataInputStream in, ServiceId service) throws IOException {
        Instance.Builder instance = Instance.builder(in.readUTF(), in.readUTF());
        instance.host(in.readUTF());
        instance.addresses(texts(in).stream().map(Address::parse).toList());
        texts(in).forEach(instance::protocol);
        if (in.readBoolean()) {
            Set<String> serializers = new HashSet<>(texts(in));
            instance.exports(List.of(new ServiceExport(service, serializers, in.readUTF())));
        }
        instance.weight(in.readInt());
        instance.startedAtEpochMillis(in.readLong());
        instance.warmUp(Duration.ofMillis(in.readLong()));
        instance.labels(map(in));
        map(in).forEach(instance::metadata);
        Liveness liveness = Liveness.valueOf(in.readUTF());
        boolean offline = in.readBoolean();
        int weight = in.readInt();
        boolean tagged = in.readBoolean();
        String tag = in.readUTF();
        return new Snapshot.Entry(
                instance.build(),
                liveness,
                new OperatorState(offline, weight < 0 ? null : weight, tagged ? tag : null));
    }

    private static List<String> texts(DataInputStream in) throws IOException {
        int count = in.readInt();
        List<String> texts = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            texts.add(in.readUTF());
        }
        return texts;
    }

    private static Map<String, String> map(DataInputStream in) throws IOException {
        int count = in.readInt();
        Map<String, String> texts = new HashMap<>();
        for (int i = 0; i < count; i++) {
            texts.put(in.readUTF(), in.readUTF());
        }
        return texts;
    }
}
