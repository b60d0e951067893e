package io.moa.server.resp;

import io.moa.discovery.ServiceId;
import io.moa.governance.observe.ObservedMethod;
import io.moa.governance.policy.PolicyKey;
import io.moa.invoke.Attributes;
import io.moa.invoke.Status;
import io.moa.invoke.Ticker;
import io.moa.protocol.serialize.JsonEnvelope;
import io.moa.protocol.serialize.JsonRequest;
import io.moa.protocol.serialize.JsonRequestReader;
import io.moa.protocol.serialize.JsonSerializer;
import io.moa.protocol.serialize.MeantMethod;
import io.moa.protocol.serialize.NamedMethod;
import io.moa.protocol.serialize.ServiceForm;
import io.moa.server.dispatch.ExportedMethod;
import io.moa.server.dispatch.Refusal;
import io.moa.server.dispatch.ServiceTable;
import io.moa.server.health.Health;
import io.moa.transport.RespAnswer;
import io.moa.transport.RespHost;
import io.netty.buffer.ByteBuf;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;

/** What a server answers to clients that speak RESP: which method a request means, and what there is. Safe for many threads. */
public final class RespDoor implements RespHost {

    private final RespConfig config;
    private final RespPasswords passwords;
    private final ServiceTable table;
    private final Map<ServiceId, ServiceForm> forms = new HashMap<>();
    private final Map<ServiceId, List<NamedMethod>> methods = new HashMap<>();
    private final Map<ServiceId, String> described = new ConcurrentHashMap<>();
    private final JsonSerializer json;
    private final JsonRequestReader reader;
    private final Health health;
    private final LookupAnswers addresses;

    /**
     * A door.
     *
     * @param table what is exported
     * @param exported the same, with types and names
     * @param json writes results, and describes
     * @param reader reads requests
     * @param lookup knows where services are
     * @param ticker tells how long something is known
     */
    public RespDoor(
            RespConfig config,
            ServiceTable table,
            List<ServiceForm> exported,
            JsonSerializer json,
            JsonRequestReader reader,
            Health health,
            RespLookup lookup,
            Ticker ticker) {
        this.config = config;
        this.table = table;
        this.json = json;
        this.reader = reader;
        this.health = health;
        this.passwords = new RespPasswords(config.passwords());
        this.addresses = new LookupAnswers(lookup, ticker, System::currentTimeMillis);
        for (ServiceForm form : exported) {
            forms.put(form.service(), form);
            methods.put(
                    form.service(),
                    form.methods().stream()
                            .map(ServiceForm.Method::named)
                            .sorted(Comparator.comparing(NamedMethod::toString)) // reflection has no order
                            .toList());
        }
    }

    @Override
    public Access access(boolean local) {
        if (passwords.isAny()) {
            return Access.PASSWORD;
        }
        return local || config.access() == RespConfig.Access.OPEN ? Access.OPEN : Access.CLOSED;
    }

    @Override
    public String whyClosed() {
        return "This server answers RESP from its own host alone: set " + RespConfig.PASSWORD_VARIABLE
                + " there, or, if all of the network are trusted, " + RespConfig.VARIABLE + "=open";
    }

    @Override
    public boolean isPassword(String user, byte[] password) {
        return passwords.is(user, password);
    }

    @Override
    public JsonRequest read(ByteBuf bytes, @Nullable JsonEnvelope last) {
        return reader.read(bytes, last);
    }

    @Override
    public Meant target(JsonRequest request) {
        List<NamedMethod> there = methods.get(request.service());
        if (there == null) {
            return new Unclear(Status.UNIMPLEMENTED, table.whyUnknown(request.service()));
        }
        MeantMethod meant = MeantMethod.of(request, there);
        if (meant instanceof MeantMethod.Unclear unclear) {
            return new Unclear(unclear.status(), unclear.message());
        }
        MeantMethod.Found found = (MeantMethod.Found) meant;
        NamedMethod method = found.method();
        ExportedMethod exported = table.find(request.service(), method.id());
        if (exported == null) {
            throw new IllegalStateException(method + " has a form and is not exported");
        }
        return new Target(
                method.id(),
                exported.attributes(json.id()),
                method.id().takesAnyParameters() && method.parameterNames() == null,
                method.parameterNames(),
                () -> exported.policy().value(PolicyKey.TIMEOUT), // which a rule may change
                found.whateverArguments());
    }

    @Override
    public Attributes refused(Attributes facts, Status status, String why) {
        Attributes refusal = Attributes.EMPTY.with(Refusal.KEY, new Refusal(status, why));
        ObservedMethod observed = facts.get(ObservedMethod.KEY);
        return observed == null ? refusal : refusal.with(ObservedMethod.KEY, observed);
    }

    @Override
    public @Nullable CompletableFuture<RespAnswer> command(String name, List<String> arguments) {
        return switch (name) {
            case "MOA.LIST" -> CompletableFuture.completedFuture(list(arguments));
            case "MOA.DESCRIBE" -> CompletableFuture.completedFuture(describe(arguments));
            case "MOA.LOOKUP" -> CompletableFuture.completedFuture(addresses.answer(arguments));
            case "MOA.HEALTH" -> CompletableFuture.completedFuture(new RespAnswer.Text(health()));
            default -> null;
        };
    }

    private RespAnswer list(List<String> arguments) {
        return arguments.isEmpty()
                ? new RespAnswer.Texts(forms.keySet().stream()
                        .map(ServiceId::toString)
                        .sorted()
                        .toList())
                : new RespAnswer.Refusal("MOA.LIST says all services of this server, and takes no argument");
    }

    private String health() {
        Health.Answer live = health.live();
        Health.Answer ready = health.ready();
        return !live.good()
                ? "not live: " + String.join("; ", live.reasons())
                : ready.good() ? "ready" : "not ready: " + String.join("; ", ready.reasons());
    }

    private RespAnswer describe(List<String> arguments) {
        if (arguments.size() != 1) {
            return new RespAnswer.Refusal("MOA.DESCRIBE <service>, such as MOA.DESCRIBE shop.Stock");
        }
        ServiceId service;
        try {
            service = ServiceId.parse(arguments.get(0));
        } catch (IllegalArgumentException e) {
            return new RespAnswer.Refusal(String.valueOf(e.getMessage()));
        }
        ServiceForm form = forms.get(service);
        if (form == null) {
            return new RespAnswer.Refusal(table.whyUnknown(service));
        }
        return new RespAnswer.Text(described.computeIfAbsent(service, any -> json.describe(form)));
    }

    @Override
    public List<String> commands() {
        return List.of("MOA.LIST", "MOA.DESCRIBE <service>", "MOA.LOOKUP <service> [JSON]", "MOA.HEALTH");
    }
}
