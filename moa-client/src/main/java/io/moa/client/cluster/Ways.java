package io.moa.client.cluster;

import io.moa.Moa;
import io.moa.discovery.Address;
import io.moa.discovery.Instance;
import java.util.ArrayList;
import java.util.List;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/**
 * How this process may reach an instance: the addresses to be tried, best first, and why these. A Unix socket of this very host
 * comes first; of another host, or of one that is not said, it is not tried, though a file of that name may exist here: anybody could lead clients to
 * any socket so. Immutable.
 *
 * @param addresses none if this process can reach none of them
 * @param reason why the first one is the first, for people
 */
record Ways(List<Address> addresses, String reason) {

    static Ways to(Moa moa, Instance instance) {
        List<Address> here = new ArrayList<>();
        List<Address> others = new ArrayList<>();
        boolean elsewhere = false;
        for (Address address : instance.addresses()) {
            if (!leadsThere(moa, instance, address)) {
                elsewhere |= moa.transport().supports(address);
            } else if (address instanceof Address.Unix && !isGiven(instance)) {
                here.add(address);
            } else {
                others.add(address);
            }
        }
        List<Address> all = new ArrayList<>(here);
        all.addAll(others);
        return new Ways(
                List.copyOf(all),
                !here.isEmpty()
                        ? "its Unix socket on this host"
                        : elsewhere ? "its Unix socket is on another host" : "its address");
    }

    /** Why this process can reach none of an instance's addresses, for people; null if there is one to be tried. */
    static @Nullable String whyNone(Moa moa, Instance instance) {
        boolean elsewhere = false;
        for (Address address : instance.addresses()) {
            if (leadsThere(moa, instance, address)) {
                return null;
            }
            elsewhere |= moa.transport().supports(address);
        }
        if (!instance.speaks(Instance.MOA_1)) {
            return "it speaks " + new TreeSet<>(instance.protocols()) + ", and this process " + Instance.MOA_1;
        }
        if (instance.addresses().isEmpty()) {
            return "it says no address";
        }
        return "it can only be reached at " + instance.addresses() + ", which this process cannot: "
                + (elsewhere
                        ? "that is a Unix socket of another host, or of one that is not said"
                        : "its transport does not know such addresses");
    }

    private static boolean leadsThere(Moa moa, Instance instance, Address address) {
        if (!moa.transport().supports(address) || !instance.speaks(Instance.MOA_1)) {
            return false;
        }
        return !(address instanceof Address.Unix)
                || isGiven(instance)
                || (!instance.host().isEmpty() && instance.host().equals(moa.hostId()));
    }

    private static boolean isGiven(Instance instance) {
        return instance.host().equals(FixedAddresses.GIVEN_HERE);
    }
}
