package io.moa.mesh;

import io.moa.discovery.Instance;
import io.moa.discovery.ServiceId;
import io.moa.invoke.MethodId;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.zip.CRC32C;

/** What a process and its agent call each other beside the calls that are passed on. */
public final class MeshProtocol {

    /** Whoever serves this is an agent. */
    public static final ServiceId AGENT = new ServiceId("io.moa.mesh.Agent", "", "");

    /** Under this label a registered agent says what it is: {@link #PEER} or {@link #SHARED}. */
    public static final String KIND = "moa.agent";

    /** An agent of one application, for others of its processes. */
    public static final String PEER = "peer";

    /** An agent of several applications. */
    public static final String SHARED = "shared";

    private static final int MAX_GROUP = 64;

    /** What the agents are registered for that the processes of an application may use. */
    public static ServiceId agentsOf(String application) {
        String group = application.replaceAll("[\\s/:\\p{Cntrl}]", "_");
        if (group.length() > MAX_GROUP) {
            CRC32C hash = new CRC32C();
            hash.update(application.getBytes(StandardCharsets.UTF_8));
            group = group.substring(0, MAX_GROUP - 9) + String.format("-%08x", hash.getValue());
        }
        return new ServiceId(AGENT.name(), group, "");
    }

    /**
     * Says what is decided about a method before its first call. The body is JSON, an object: {@code id}, under which calls name it, {@code
     * service}, {@code method} with its parameter types, {@code serializer}, a number, and {@code policy}, what the method declares. It may have {@code
     * labels}, those of the process that the built-in rules ask for: an agent with others does not take it. And {@code cannot}, a list of values that live
     * rules may say and the method's types make impossible, each an object of {@code key}, {@code value} and {@code why}; said again under the same id, the
     * list takes the place of the one before. Answered with no body.
     */
    public static final MethodId ANNOUNCE = new MethodId("announce", "(java.lang.String)");

    /**
     * Asks what would become of a call. The body is JSON, an object: {@code service}, and perhaps {@code method} and {@code facts} of the call as texts by
     * the names that rules have for them. Answered with JSON, an object: {@code text} for people, and {@code gates}, a list of objects of {@code how} and
     * {@code refuses}: the limits and the breaker of the method, as they would meet the call now.
     */
    public static final MethodId EXPLAIN = new MethodId("explain", "(java.lang.String)");

    /**
     * Asks the agent to serve a process's callers in its place, and to pass their calls on. The body is a {@link ServedProcess}. Answered with the
     * address at which the agent serves them, as text; asked again, with the same one.
     */
    public static final MethodId SERVE = new MethodId("serve", "(java.lang.String)");

    /**
     * Waits, as long as the deadline allows, for the agent to have something to say to a process that it serves. The body is the
     * secret of {@link #SERVE}. Answered with {@link #LEAVING}, {@link #AGAIN} or {@link #NOT_SERVED}.
     */
    public static final MethodId ATTEND = new MethodId("attend", "(java.lang.String)");

    /**
     * Takes {@link #SERVE} back. The body is its secret, with {@link #NOW} behind it of a process that ends itself; else the agent serves its callers
     * until they have heard where they are served now. Answered, with no body, when the callers that were connected have acknowledged and all their calls are
     * answered.
     */
    public static final MethodId LEAVE = new MethodId("leave", "(java.lang.String)");

    /** Nobody is to be waited for who has not heard of it. */
    public static final String NOW = " now";

    /** The agent does not serve the process, or not any more: it may ask for that again. */
    public static final String NOT_SERVED = "not served";

    /** The agent is about to end: the process is to serve its callers itself, and to say {@link #LEAVE}. */
    public static final String LEAVING = "leaving";

    /** Nothing; the question is to be asked again, perhaps of the process that took the agent's place. */
    public static final String AGAIN = "again";

    /** The number of the serializer of the bodies above: JSON, or text. */
    public static final int SERIALIZER = 2;

    /** Of the labels of a process those by which the built-in rules route its calls, and its zone. */
    public static Map<String, String> routing(Map<String, String> labels) {
        Map<String, String> routing = new TreeMap<>(labels);
        routing.keySet().retainAll(Set.of(Instance.ZONE, Instance.UNIT, Instance.ENVIRONMENT));
        return routing;
    }

    private MeshProtocol() {}
}
