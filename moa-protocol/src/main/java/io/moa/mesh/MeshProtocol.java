package io.moa.mesh;

import io.moa.discovery.ServiceId;
import io.moa.invoke.MethodId;
import java.nio.charset.StandardCharsets;
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
     * service}, {@code method} with its parameter types, {@code serializer}, a number, and {@code policy}, what the method declares. Answered with no
     * body.
     */
    public static final MethodId ANNOUNCE = new MethodId("announce", "(java.lang.String)");

    /**
     * Asks what would become of a call. The body is JSON, an object: {@code service}, and perhaps {@code method} and {@code facts} of the call as texts by
     * the names that rules have for them. Answered with text in UTF-8, for people.
     */
    public static final MethodId EXPLAIN = new MethodId("explain", "(java.lang.String)");

    /** The number of the serializer of the bodies above: JSON. */
    public static final int SERIALIZER = 2;

    private MeshProtocol() {}
}
