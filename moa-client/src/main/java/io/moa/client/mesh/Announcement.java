package io.moa.client.mesh;

import io.moa.discovery.ServiceId;
import io.moa.governance.policy.MethodPolicy;
import io.moa.invoke.Attributes;
import io.moa.invoke.MethodId;
import io.moa.mesh.MeshProtocol;
import io.moa.protocol.frame.CallHeader;
import io.moa.protocol.frame.Target;
import io.moa.protocol.serialize.RuleText;
import io.moa.transport.Connection;
import io.moa.transport.WireForm;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * What an agent has to know of a method before its first call, and how calls to the agent name it. One for each method of a stub; safe for many
 * threads.
 */
public final class Announcement {

    /** Under this key a call carries the announcement of its method. */
    public static final Attributes.Key<Announcement> KEY = new Attributes.Key<>("announcement");

    private final ServiceId service;
    private final MethodId method;
    private final int serializer;
    private final MethodPolicy declared;
    private volatile @Nullable Named named;
    private volatile @Nullable Connection told; // the latest connection on which it was sent

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
                known = new Named(id, Attributes.EMPTY.with(WireForm.KEY, new WireForm(target, serializer)));
                named = known;
            }
            return known;
        }
    }

    /** What is told, as {@link MeshProtocol#ANNOUNCE} says. */
    String text(String id) {
        Map<String, Object> said = new LinkedHashMap<>();
        said.put("id", id);
        said.put("service", service.toString());
        said.put("method", method.toString());
        said.put("serializer", serializer);
        said.put("policy", declared.toPlain());
        return RuleText.writeLine(said);
    }

    /** Whether it was the latest connection on which it was sent. */
    boolean wasToldOn(Connection connection) {
        return told == connection;
    }

    /** It was sent on this connection, ahead of what follows. */
    void toldOn(Connection connection) {
        told = connection;
    }

    @Override
    public String toString() {
        return service + " " + method;
    }
}
