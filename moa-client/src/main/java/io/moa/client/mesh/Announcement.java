package io.moa.client.mesh;

import io.moa.discovery.ServiceId;
import io.moa.governance.policy.ImpossibleValue;
import io.moa.governance.policy.MethodPolicy;
import io.moa.invoke.Attributes;
import io.moa.invoke.MethodId;
import io.moa.mesh.MeshProtocol;
import io.moa.protocol.frame.CallHeader;
import io.moa.protocol.frame.Target;
import io.moa.protocol.serialize.RuleText;
import io.moa.transport.Connection;
import io.moa.transport.WireForm;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * What an agent has to know of a method before its first call, and how calls to the agent name it. One for each method of a stub; safe for many
 * threads.
 */
public final class Announcement {

    /** Under this key a call carries the announcement of its method. */
    public static final Attributes.Key<Announcement> KEY = new Attributes.Key<>("announcement");

    private static final int MOST_CANNOT = 16;

    private final ServiceId service;
    private final MethodId method;
    private final int serializer;
    private final MethodPolicy declared;
    private final Set<ImpossibleValue> cannot = new LinkedHashSet<>(); // guarded by this
    private @Nullable String latest; // what was to be told at last; guarded by this
    private volatile @Nullable Named named;
    private volatile @Nullable Connection told; // the latest connection on which it was sent
    private volatile @Nullable Connection refused; // the latest whose agent does not take it

    /** What is made when the first call goes to an agent. */
    record Named(String id, Attributes attributes) {}

    /**
     * Nobody was told yet.
     *
     * @param serializer its number on the wire
     * @param declared without live rules, which agents follow themselves
     */
    public Announcement(ServiceId service, MethodId method, int serializer, MethodPolicy declared) {
        this.service = service;
        this.method = method;
        this.serializer = serializer;
        this.declared = declared;
    }

    /** How calls name it; decided by the first who asks. */
    Named named(Supplier<String> ids) {
        Named known = named;
        if (known != null) {
            return known;
        }
        synchronized (this) {
            known = named;
            if (known == null) {
                String id = ids.get();
                byte[] target = CallHeader.encodeTarget(new Target(service, method, serializer, id));
                known = new Named(id, Attributes.EMPTY.with(WireForm.KEY, new WireForm(target, serializer, true)));
                named = known;
            }
            return known;
        }
    }

    /**
     * What of live rules the method's types turned out to make impossible, which agents cannot know. They are told before the next call.
     *
     * @param values what the method cannot have; up to {@value #MOST_CANNOT} are kept, the latest
     */
    public synchronized void cannotHave(List<ImpossibleValue> values) {
        if (cannot.addAll(values)) {
            Iterator<ImpossibleValue> eldest = cannot.iterator();
            while (cannot.size() > MOST_CANNOT) {
                eldest.next();
                eldest.remove();
            }
            told = null;
            latest = null;
        }
    }

    /**
     * What is told, as {@link MeshProtocol#ANNOUNCE} says.
     *
     * @param labels of this process, as far as the built-in rules ask for them
     */
    synchronized String text(String id, Map<String, String> labels) {
        Map<String, Object> said = new LinkedHashMap<>();
        said.put("id", id);
        said.put("service", service.toString());
        said.put("method", method.toString());
        said.put("serializer", serializer);
        said.put("policy", declared.toPlain());
        if (!labels.isEmpty()) {
            said.put("labels", labels);
        }
        if (!cannot.isEmpty()) {
            said.put("cannot", cannot.stream().map(ImpossibleValue::toPlain).toList());
        }
        String text = RuleText.writeLine(said);
        latest = text;
        return text;
    }

    /** Whether it was the latest connection on which it was sent. */
    boolean wasToldOn(Connection connection) {
        return told == connection;
    }

    /**
     * It was sent on this connection, ahead of what follows; it has to be sent again if more was known meanwhile.
     *
     * @param text what was sent
     */
    synchronized void toldOn(Connection connection, String text) {
        if (text.equals(latest)) {
            told = connection;
        }
    }

    /** Its agent does not take it: calls do not go there. */
    void refusedOn(Connection connection) {
        refused = connection;
    }

    /** Whether it was the latest connection whose agent did not take it. */
    boolean wasRefusedOn(Connection connection) {
        return refused == connection;
    }

    @Override
    public String toString() {
        return service + " " + method;
    }
}
