package io.moa.registry.redis;

import com.fasterxml.jackson.core.JsonGenerator;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import io.moa.discovery.Address;
import io.moa.discovery.Instance;
import io.moa.discovery.ServiceExport;
import io.moa.discovery.ServiceId;
import java.io.IOException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/**
 * What a process says of itself, as it stands in Redis. This class alone writes and reads it.
 *
 * @param instance the process
 * @param withdrawn whether it asks for no new calls
 * @param decided what an operator has decided for it, as it remembers, if Redis has lost that; else null. It counts only where
 *     Redis holds no decision
 */
record InstanceRecord(
        Instance instance, boolean withdrawn, @Nullable DecisionRecord decided) {

    /** The longest uuid, so that keys stay short. */
    static final int MAX_UUID = 200;

    InstanceRecord(Instance instance, boolean withdrawn) {
        this(instance, withdrawn, null);
    }

    /** What the process offers; a set of the caller's own. */
    Set<ServiceId> services() {
        Set<ServiceId> services = new LinkedHashSet<>();
        for (ServiceExport export : instance.exports()) {
            services.add(export.service());
        }
        return services;
    }

    /** What {@link #isUuid} asks for, for people. */
    static final String WHAT_A_UUID_IS = "the name of a process has 1 to " + MAX_UUID + " characters";

    /** Whether a name that anybody may have written can be that of a process. */
    static boolean isUuid(String text) {
        return !text.isEmpty() && text.length() <= MAX_UUID;
    }

    /**
     * The entry's bytes; equal records have equal bytes.
     *
     * @param allowed which addresses it may announce
     * @throws IllegalArgumentException if they would be over the bound, or others would refuse to read them
     */
    byte[] write(AddressRanges allowed) {
        Instance i = instance;
        byte[] bytes = EntryJson.write(json -> {
            json.writeStringField("uuid", i.uuid());
            json.writeStringField("application", i.application());
            if (!i.host().isEmpty()) {
                json.writeStringField("host", i.host());
            }
            json.writeArrayFieldStart("addresses");
            for (Address address : i.addresses()) {
                json.writeString(address.toString());
            }
            json.writeEndArray();
            writeTexts(json, "protocols", i.protocols());
            json.writeArrayFieldStart("exports");
            for (ServiceExport export : i.exports()) {
                json.writeStartObject();
                json.writeStringField("service", export.service().toString());
                writeTexts(json, "serializers", export.serializers());
                if (!export.contract().isEmpty()) {
                    json.writeStringField("contract", export.contract());
                }
                json.writeEndObject();
            }
            json.writeEndArray();
            json.writeNumberField("weight", i.weight());
            json.writeNumberField("startedAtEpochMillis", i.startedAtEpochMillis());
            if (i.warmUpMillis() != 0) {
                json.writeNumberField("warmUpMillis", i.warmUpMillis());
            }
            writeFacts(json, "labels", i.labels());
            writeFacts(json, "metadata", i.metadata());
            if (withdrawn) {
                json.writeBooleanField("withdrawn", true);
            }
            if (decided != null) {
                json.writeObjectFieldStart("decided");
                decided.writeFields(json);
                json.writeEndObject();
            }
        });
        if (bytes.length > EntryJson.MAX_BYTES) {
            throw new IllegalArgumentException("What " + i + " says of itself has " + bytes.length
                    + " bytes; a registry takes " + EntryJson.MAX_BYTES
                    + ": shorten its labels and metadata, or offer its "
                    + i.exports().size() + " services from several processes");
        }
        try {
            check(i, allowed);
        } catch (BadEntryException e) {
            throw new IllegalArgumentException(i + " cannot be registered: " + e.getMessage(), e);
        }
        return bytes;
    }

    /**
     * Reads an entry that anybody may have written.
     *
     * @param uuid the field under which it stood
     * @param allowed which addresses it may announce
     * @throws BadEntryException if it is no entry, of another edition, of another process, or nobody could call it
     */
    static InstanceRecord read(String uuid, byte[] bytes, AddressRanges allowed) throws BadEntryException {
        Draft draft = new Draft();
        EntryJson.read(bytes, draft::field);
        if (!draft.uuid.equals(uuid)) {
            throw new BadEntryException("it is of another process than the one it stands for");
        }
        try {
            Instance.Builder builder = Instance.builder(uuid, draft.application)
                    .host(draft.host)
                    .addresses(draft.addresses)
                    .exports(draft.exports)
                    .weight(draft.weight)
                    .startedAtEpochMillis(draft.startedAtEpochMillis)
                    .warmUp(java.time.Duration.ofMillis(draft.warmUpMillis))
                    .labels(draft.labels);
            draft.protocols.forEach(builder::protocol);
            draft.metadata.forEach(builder::metadata);
            Instance instance = builder.build();
            check(instance, allowed);
            return new InstanceRecord(instance, draft.withdrawn, draft.decided);
        } catch (IllegalArgumentException e) {
            throw new BadEntryException(String.valueOf(e.getMessage()), e);
        }
    }

    private static void check(Instance instance, AddressRanges allowed) throws BadEntryException {
        if (instance.uuid().length() > MAX_UUID) {
            throw new BadEntryException("its uuid has over " + MAX_UUID + " characters");
        }
        for (Address address : instance.addresses()) {
            AddressCheck.check(address, allowed);
        }
    }

    private static void writeTexts(JsonGenerator json, String name, Set<String> texts) throws IOException {
        if (!texts.isEmpty()) {
            json.writeArrayFieldStart(name);
            for (String text : new TreeSet<>(texts)) {
                json.writeString(text);
            }
            json.writeEndArray();
        }
    }

    private static void writeFacts(JsonGenerator json, String name, Map<String, String> facts) throws IOException {
        if (!facts.isEmpty()) {
            json.writeObjectFieldStart(name);
            for (Map.Entry<String, String> fact : new TreeMap<>(facts).entrySet()) {
                json.writeStringField(fact.getKey(), fact.getValue());
            }
            json.writeEndObject();
        }
    }

    /** What was read so far. */
    private static final class Draft {
        private String uuid = "";
        private String application = "";
        private String host = "";
        private final List<Address> addresses = new ArrayList<>();
        private final Set<String> protocols = new LinkedHashSet<>();
        private final List<ServiceExport> exports = new ArrayList<>();
        private int weight = Instance.DEFAULT_WEIGHT;
        private long startedAtEpochMillis;
        private long warmUpMillis;
        private final Map<String, String> labels = new LinkedHashMap<>();
        private final Map<String, String> metadata = new LinkedHashMap<>();
        private boolean withdrawn;
        private @Nullable DecisionRecord decided;

        void field(String name, JsonParser json) throws IOException, BadEntryException {
            switch (name) {
                case "uuid" -> uuid = EntryJson.text(name, json);
                case "application" -> application = EntryJson.text(name, json);
                case "host" -> host = EntryJson.text(name, json);
                case "addresses" -> {
                    for (String text : texts(name, json)) {
                        addresses.add(Address.parse(text));
                    }
                }
                case "protocols" -> protocols.addAll(texts(name, json));
                case "exports" -> {
                    array(name, json);
                    while (json.nextToken() != JsonToken.END_ARRAY) {
                        exports.add(export(json));
                    }
                }
                case "weight" -> weight = EntryJson.integer(name, json, 0, 10_000);
                case "startedAtEpochMillis" ->
                    startedAtEpochMillis = EntryJson.integer(name, json, Long.MIN_VALUE, Long.MAX_VALUE);
                case "warmUpMillis" -> warmUpMillis = EntryJson.integer(name, json, 0, 3_600_000);
                case "labels" -> facts(json, labels);
                case "metadata" -> facts(json, metadata);
                case "withdrawn" -> withdrawn = EntryJson.flag(name, json);
                case "decided" -> decided = DecisionRecord.read(json);
                default -> json.skipChildren();
            }
        }

        private static ServiceExport export(JsonParser json) throws IOException, BadEntryException {
            String[] texts = {"", ""};
            Set<String> serializers = new LinkedHashSet<>();
            EntryJson.object(json, (name, at) -> {
                switch (name) {
                    case "service" -> texts[0] = EntryJson.text(name, at);
                    case "contract" -> texts[1] = EntryJson.text(name, at);
                    case "serializers" -> serializers.addAll(texts(name, at));
                    default -> at.skipChildren();
                }
            });
            return new ServiceExport(ServiceId.parse(texts[0]), serializers, texts[1]);
        }

        private static List<String> texts(String name, JsonParser json) throws IOException, BadEntryException {
            array(name, json);
            List<String> texts = new ArrayList<>();
            while (json.nextToken() != JsonToken.END_ARRAY) {
                texts.add(EntryJson.text(name, json));
            }
            return texts;
        }

        private static void array(String name, JsonParser json) throws BadEntryException {
            if (json.currentToken() != JsonToken.START_ARRAY) {
                throw new BadEntryException(name + " is no list");
            }
        }

        private static void facts(JsonParser json, Map<String, String> facts) throws IOException, BadEntryException {
            EntryJson.object(json, (name, at) -> facts.put(name, EntryJson.text(name, at)));
        }
    }
}
