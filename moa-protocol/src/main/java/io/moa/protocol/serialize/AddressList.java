package io.moa.protocol.serialize;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import java.io.IOException;
import java.io.StringWriter;
import java.io.UncheckedIOException;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * Where a service is offered, as callers of other languages are told. Immutable.
 *
 * @param service which, as {@code [group/]name[:version]}
 * @param edition names the life of the one who answers: revisions of another edition mean nothing to it
 * @param revision grows with every change of the list
 * @param source who said so, for people
 * @param complete whether these are all who are registered; false if the answerer knows only itself, or there are more than an answer takes
 * @param places preferred first
 */
public record AddressList(
        String service, String edition, long revision, String source, boolean complete, List<Place> places) {

    /** What is known of a process. */
    public enum State {
        /** Nothing speaks against it. */
        ONLINE,
        /** One vantage point cannot reach it: take it last. */
        SUSPECT,
        /** It is on no online list: it said goodbye, or cannot be reached. */
        OFFLINE,
        /** An operator has taken it out of service. */
        DISABLED
    }

    /**
     * One process.
     *
     * @param address {@code host:port}, with brackets around an IPv6 host
     * @param uuid names the process for its whole life
     * @param application whose process it is
     * @param state whether it may be called
     * @param weight its share of the traffic now, warm-up and operator considered; 0 for none
     * @param labels facts such as {@code zone}
     */
    public record Place(
            String address, String uuid, String application, State state, int weight, Map<String, String> labels) {
        public Place {
            labels = Map.copyOf(labels);
        }

        /** Whether new calls may go there. */
        public boolean usable() {
            return weight > 0 && (state == State.ONLINE || state == State.SUSPECT);
        }

        /** How many characters it takes in JSON, about. */
        public int roughSize() {
            int size = 120 + address.length() + uuid.length() + application.length();
            for (Map.Entry<String, String> label : labels.entrySet()) {
                size += label.getKey().length() + label.getValue().length() + 6;
            }
            return size;
        }
    }

    private static final JsonFactory JSON = new JsonFactory();

    public AddressList {
        places = List.copyOf(places);
    }

    /** The addresses of those that may be called, preferred first, each once. */
    public List<String> addresses() {
        return places.stream().filter(Place::usable).map(Place::address).toList();
    }

    /** All of it in JSON, without the age: that is the only thing that changes while the list stays. */
    public String toJson() {
        StringWriter text = new StringWriter();
        try (JsonGenerator json = JSON.createGenerator(text)) {
            json.writeStartObject();
            json.writeStringField("service", service);
            json.writeStringField("edition", edition);
            json.writeNumberField("revision", revision);
            json.writeStringField("source", source);
            json.writeBooleanField("complete", complete);
            json.writeArrayFieldStart("instances");
            for (Place each : places) {
                place(each, json);
            }
            json.writeEndArray();
            json.writeEndObject();
        } catch (IOException e) { // there is no file and no socket here
            throw new UncheckedIOException(e);
        }
        return text.toString();
    }

    private static void place(Place place, JsonGenerator json) throws IOException {
        json.writeStartObject();
        json.writeStringField("address", place.address());
        json.writeStringField("uuid", place.uuid());
        json.writeStringField("application", place.application());
        json.writeBooleanField("usable", place.usable());
        json.writeStringField("state", place.state().name());
        json.writeNumberField("weight", place.weight());
        json.writeObjectFieldStart("labels");
        for (Map.Entry<String, String> label : new TreeMap<>(place.labels()).entrySet()) {
            json.writeStringField(label.getKey(), label.getValue());
        }
        json.writeEndObject();
        json.writeEndObject();
    }
}
