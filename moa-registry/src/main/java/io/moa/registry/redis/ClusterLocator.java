package io.moa.registry.redis;

import io.moa.discovery.Address;
import java.util.ArrayList;
import java.util.List;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;

/** Follows {@code MOVED} to the node that owns the registry's slot; starts from any node, and from the next if one is away. */
final class ClusterLocator implements MasterLocator {

    private static final int MAX_KNOWN = 32;

    private final List<Address.Tcp> known;
    private int next;
    private Address.@Nullable Tcp owner;

    ClusterLocator(RedisConfig config, RandomGenerator random) {
        this.known = new ArrayList<>(config.nodes());
        this.next = random.nextInt(known.size());
    }

    @Override
    public Address.Tcp locate() {
        return owner != null ? owner : known.get(next);
    }

    @Override
    public void redirected(Address.Tcp to) {
        owner = to;
        // A node that once owned the slot is a good one to ask when the configured ones are gone.
        if (!known.contains(to) && known.size() < MAX_KNOWN) {
            known.add(to);
        }
    }

    @Override
    public void failed(Address.Tcp at) {
        owner = null;
        next = (next + 1) % known.size();
    }
}
