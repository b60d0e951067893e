package io.moa.registry.redis;

import com.fasterxml.jackson.core.JsonGenerator;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import io.moa.registry.watch.Change;
import io.moa.registry.watch.Evidence;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;

/** Why a watcher changed something, as it stands in Redis. This class alone writes and reads it. */
final class EvidenceRecord {

    private EvidenceRecord() {}

    /** Of evidence that would be too long to be read again, what others said goes first, and then the older probes. */
    static byte[] write(Evidence evidence) {
        List<String> probes = evidence.probes();
        List<String> vantagePoints = evidence.vantagePoints();
        while (true) {
            byte[] written = write(evidence, probes, vantagePoints);
            if (written.length <= EntryJson.MAX_BYTES || (probes.isEmpty() && vantagePoints.isEmpty())) {
                return written;
            }
            if (vantagePoints.isEmpty()) {
                probes = probes.subList(0, probes.size() - 1);
            } else {
                vantagePoints = vantagePoints.subList(0, vantagePoints.size() - 1);
            }
        }
    }

    private static byte[] write(Evidence evidence, List<String> probes, List<String> vantagePoints) {
        return EntryJson.write(json -> {
            json.writeStringField("uuid", evidence.uuid());
            json.writeStringField("change", evidence.change().name());
            json.writeStringField("watcher", evidence.watcher());
            json.writeNumberField("part", evidence.part());
            json.writeNumberField("fence", evidence.fence());
            json.writeNumberField("atEpochMillis", evidence.atEpochMillis());
            json.writeStringField("why", evidence.why());
            json.writeNumberField("leaseAgeMillis", evidence.leaseAgeMillis());
            sentences(json, "probes", probes);
            sentences(json, "vantagePoints", vantagePoints);
            json.writeStringField("fuse", evidence.fuse());
        });
    }

    private static void sentences(JsonGenerator json, String name, List<String> sentences) throws IOException {
        json.writeArrayFieldStart(name);
        for (String sentence : sentences) {
            json.writeString(sentence);
        }
        json.writeEndArray();
    }

    /**
     * Reads what anybody may have written.
     *
     * @throws BadEntryException if it is no evidence
     */
    static Evidence read(byte[] bytes) throws BadEntryException {
        Fields fields = new Fields();
        EntryJson.read(bytes, fields);
        return fields.evidence();
    }

    private static final class Fields implements EntryJson.FieldReader {
        private String uuid = "";
        private Change change = Change.SUSPECT;
        private String watcher = "";
        private int part;
        private long fence;
        private long at;
        private String why = "";
        private long leaseAge = Evidence.NOT_ASKED;
        private final List<String> probes = new ArrayList<>();
        private final List<String> vantagePoints = new ArrayList<>();
        private String fuse = "";

        @Override
        public void read(String name, JsonParser json) throws IOException, BadEntryException {
            switch (name) {
                case "uuid" -> uuid = EntryJson.text(name, json);
                case "change" -> change = Change.valueOf(EntryJson.text(name, json));
                case "watcher" -> watcher = EntryJson.text(name, json);
                case "part" -> part = EntryJson.integer(name, json, 0, Integer.MAX_VALUE);
                case "fence" -> fence = EntryJson.integer(name, json, 0, Long.MAX_VALUE);
                case "atEpochMillis" -> at = EntryJson.integer(name, json, 0, Long.MAX_VALUE);
                case "why" -> why = EntryJson.text(name, json);
                case "leaseAgeMillis" -> leaseAge = EntryJson.integer(name, json, Evidence.NOT_ASKED, Long.MAX_VALUE);
                case "probes" -> sentences(name, json, probes);
                case "vantagePoints" -> sentences(name, json, vantagePoints);
                case "fuse" -> fuse = EntryJson.text(name, json);
                default -> json.skipChildren();
            }
        }

        private static void sentences(String name, JsonParser json, List<String> into)
                throws IOException, BadEntryException {
            if (json.currentToken() != JsonToken.START_ARRAY) {
                throw new BadEntryException(name + " is no list");
            }
            while (json.nextToken() != JsonToken.END_ARRAY) {
                into.add(EntryJson.text(name, json));
            }
        }

        Evidence evidence() {
            return new Evidence(uuid, change, watcher, part, fence, at, why, leaseAge, probes, vantagePoints, fuse);
        }
    }
}
