package io.moa.client.cluster;

import io.moa.Moa;
import io.moa.discovery.Address;
import io.moa.discovery.Instance;
import java.util.ArrayList;
import java.util.List;

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
        boolean sameHost = !instance.host().isEmpty() && instance.host().equals(moa.hostId());
        for (Address address : instance.addresses()) {
            if (!moa.transport().supports(address)) {
                continue;
            }
            if (!(address instanceof Address.Unix) || instance.host().equals(FixedAddresses.GIVEN_HERE)) {
                others.add(address);
            } else if (sameHost) {
                here.add(address);
            } else {
                elsewhere = true;
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
}
