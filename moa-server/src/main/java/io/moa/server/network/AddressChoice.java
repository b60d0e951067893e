package io.moa.server.network;

import java.net.InetAddress;
import java.util.List;

/**
 * Which address of this host was chosen, and why. Immutable.
 *
 * @param ip the address
 * @param card the name of its interface
 * @param reason why this one
 * @param refused every other one, each with the reason
 */
public record AddressChoice(InetAddress ip, String card, String reason, List<Refused> refused) {

    public AddressChoice {
        refused = List.copyOf(refused);
    }

    /**
     * A candidate that was not chosen.
     *
     * @param candidate interface and address
     * @param reason why not
     */
    public record Refused(String candidate, String reason) {
        @Override
        public String toString() {
            return candidate + " (" + reason + ")";
        }
    }

    /** The address as others are told: IPv6 without brackets and scope. */
    public String host() {
        return AddressText.of(ip);
    }

    /** Everything in one line. */
    @Override
    public String toString() {
        return card + " " + host() + ": " + reason
                + (refused.isEmpty()
                        ? ""
                        : "; not "
                                + String.join(
                                        ", ",
                                        refused.stream().map(Refused::toString).toList()));
    }
}
