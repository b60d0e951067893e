package io.moa.mesh;

import io.moa.discovery.Address;
import io.moa.discovery.Instance;
import io.moa.discovery.Snapshot;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.function.Function;
import java.util.zip.CRC32C;
import org.jspecify.annotations.Nullable;

/**
 * Which of the registered agents a process goes to: each has an order of its own among them, so that those whose agent is gone come to many and not all to
 * one, and the same process comes to the same again. Safe for many threads.
 */
public final class AgentFinder {

    private final String self;
    private final String kind;
    private final Function<Instance, List<Address>> ways;
    private volatile List<Instance> inOrder = List.of();

    /**
     * One that knows nobody.
     *
     * @param self the uuid of this process
     * @param kind {@link MeshProtocol#PEER} or {@link MeshProtocol#SHARED}
     * @param ways at which addresses this process reaches an instance
     */
    public AgentFinder(String self, String kind, Function<Instance, List<Address>> ways) {
        this.self = self;
        this.kind = kind;
        this.ways = ways;
    }

    /** Takes who is registered now. */
    public void take(Snapshot known) {
        List<Instance> agents = new ArrayList<>();
        for (Snapshot.Entry entry : known.entries()) {
            Instance instance = entry.instance();
            if (kind.equals(instance.labels().get(MeshProtocol.KIND))
                    && !ways.apply(instance).isEmpty()) {
                agents.add(instance);
            }
        }
        agents.sort(Comparator.comparingLong(this::place).thenComparing(Instance::uuid));
        inOrder = List.copyOf(agents);
    }

    private long place(Instance agent) {
        CRC32C hash = new CRC32C();
        hash.update((self + " " + agent.uuid()).getBytes(StandardCharsets.UTF_8));
        return hash.getValue();
    }

    /** How many there are. */
    public int size() {
        return inOrder.size();
    }

    /**
     * Where to try next.
     *
     * @param failures how many tries have failed in a row
     * @return null if there is nobody
     */
    public AgentLink.@Nullable Goal next(int failures) {
        List<Instance> known = inOrder;
        if (known.isEmpty()) {
            return null;
        }
        Instance agent = known.get(failures % known.size());
        return new AgentLink.Goal(ways.apply(agent).get(0), agent.application());
    }
}
