package io.moa.cli;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.StreamReadFeature;
import com.fasterxml.jackson.core.json.JsonReadFeature;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import io.moa.discovery.Address;
import io.moa.discovery.ServiceId;
import io.moa.node.local.LocalProcesses;
import io.moa.node.proxy.OutboundConfig;
import io.moa.node.proxy.ProxyConfig;
import io.moa.node.proxy.PublishedConfig;
import io.moa.protocol.serialize.NamedMethod;
import io.moa.server.dispatch.RelayedService;
import io.moa.server.resp.RespConfig;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** The configuration of a proxy as a file in JSON, in which comments may stand. Functions without state. */
final class ProxyFile {

    private static final JsonMapper JSON = JsonMapper.builder()
            .enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION)
            .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
            .enable(JsonReadFeature.ALLOW_JAVA_COMMENTS)
            .enable(JsonReadFeature.ALLOW_TRAILING_COMMA)
            .build();

    private static final Pattern TWICE = Pattern.compile("Duplicate field '(.*)'");

    private ProxyFile() {}

    /**
     * Reads it.
     *
     * @throws IllegalArgumentException if something in it is wrong; the message says what, and where
     */
    static ProxyConfig read(String text) {
        JsonNode root;
        try {
            root = JSON.readTree(text);
        } catch (JsonProcessingException e) {
            String place = e.getLocation() == null
                    ? ""
                    : " at line " + e.getLocation().getLineNr() + ", column "
                            + e.getLocation().getColumnNr();
            String twice = twice(e);
            throw new IllegalArgumentException(
                    twice == null ? "it is not JSON" + place : "\"" + twice + "\" stands twice," + place, e);
        }
        JsonFields file = new JsonFields("", root);
        String application = file.text("application");
        List<PublishedConfig> published = file.list("publish", ProxyFile::published);
        OutboundConfig outbound = file.has("outbound") ? outbound(file.object("outbound")) : null;
        Integer operations = file.has("operationsPort") ? file.numberOr("operationsPort", 0) : null;
        Map<String, String> policies = file.texts("policies");
        int drainMillis = file.numberOr("drainMs", 10_000);
        file.done(); // what is misspelt is told before what is missing for that
        return new ProxyConfig(application, published, outbound, operations, policies, Duration.ofMillis(drainMillis));
    }

    /** The field that stands twice in one object, if that is what is wrong. */
    private static @Nullable String twice(JsonProcessingException e) {
        Matcher matcher = TWICE.matcher(String.valueOf(e.getOriginalMessage()));
        return matcher.lookingAt() ? Printable.of(matcher.group(1)) : null;
    }

    private static PublishedConfig published(String place, JsonNode node) {
        JsonFields fields = new JsonFields(place, node);
        PublishedConfig defaults = PublishedConfig.of(
                "",
                List.of(new PublishedConfig.Service(
                        ServiceId.parse("any"), List.of(RelayedService.method("any", null)))));
        String to = fields.text("to");
        List<PublishedConfig.Service> services = fields.list("services", ProxyFile::service);
        PublishedConfig config = at(
                place,
                () -> new PublishedConfig(
                        to,
                        services,
                        fields.textOr("host", null),
                        fields.numberOr("port", 0),
                        fields.textOr("advertise", null),
                        fields.numberOr("atOnce", defaults.atOnce()),
                        fields.numberOr("waiting", defaults.waiting()),
                        health(fields.object("health")),
                        fields.texts("labels")));
        fields.done();
        at(place, () -> LocalProcesses.open(to, config.health().path(), 1))
                .close(); // reaches out to nobody, but says what is wrong
        at(place, () -> {
            config.requireAdvertised();
            return config;
        });
        return config;
    }

    private static PublishedConfig.Health health(JsonFields fields) {
        PublishedConfig.Health defaults = PublishedConfig.Health.DEFAULT;
        PublishedConfig.Health health = new PublishedConfig.Health(
                fields.textOr("path", null),
                millisOr(fields, "everyMs", defaults.every()),
                millisOr(fields, "patienceMs", defaults.patience()),
                fields.numberOr("failures", defaults.failures()),
                fields.numberOr("successes", defaults.successes()));
        fields.done();
        return health;
    }

    private static Duration millisOr(JsonFields fields, String name, Duration otherwise) {
        return Duration.ofMillis(fields.numberOr(name, (int) otherwise.toMillis()));
    }

    private static PublishedConfig.Service service(String place, JsonNode node) {
        JsonFields fields = new JsonFields(place, node);
        String id = fields.text("service");
        List<NamedMethod> methods = fields.list("methods", ProxyFile::method);
        fields.done();
        return at(place, () -> new PublishedConfig.Service(ServiceId.parse(id), methods));
    }

    private static NamedMethod method(String place, JsonNode node) {
        if (node.isTextual()) {
            return at(place, () -> RelayedService.method(node.textValue(), null));
        }
        JsonFields fields = new JsonFields(place, node);
        String name = fields.text("name");
        @Nullable
        List<String> parameters = fields.has("parameters")
                ? fields.list("parameters", (where, each) -> {
                    if (!each.isTextual()) {
                        throw new IllegalArgumentException(where + " is the name of a parameter, a text");
                    }
                    return each.textValue();
                })
                : null;
        fields.done();
        return at(place, () -> RelayedService.method(name, parameters));
    }

    private static OutboundConfig outbound(JsonFields fields) {
        String socket = fields.textOr("socket", null);
        String mode = fields.textOr("mode", null);
        String host = fields.textOr("host", null);
        int port = fields.numberOr("port", 0);
        if (socket != null && (host != null || fields.has("port"))) {
            throw new IllegalArgumentException("outbound is either a socket, or a host and a port");
        }
        Address address = at(
                "outbound",
                () -> socket != null
                        ? new Address.Unix(socket)
                        : new Address.Tcp(host == null ? "127.0.0.1" : host, port));
        fields.done();
        RespConfig resp = RespConfig.DEFAULT.over(System::getProperty, System::getenv);
        return at("outbound", () -> new OutboundConfig(address, resp, mode));
    }

    private interface Made<T> {
        T make();
    }

    /** Says where in the file a value stands that is refused. */
    private static <T> T at(String place, Made<T> made) {
        try {
            return made.make();
        } catch (IllegalArgumentException e) {
            String message = String.valueOf(e.getMessage());
            throw new IllegalArgumentException(message.contains(place) ? message : place + ": " + message, e);
        }
    }
}
