package io.moa.cli;

import io.moa.discovery.Address;

/** Reads the address of one process, as people write it. */
final class ProcessAddress {

    private ProcessAddress() {}

    /**
     * An address of the form {@code host:port}, {@code tcp://host:port} or {@code unix:/path}.
     *
     * @throws IllegalArgumentException if it is none, or one inside another process
     */
    static Address parse(String address) {
        if (address.startsWith("unix:") || address.startsWith("tcp:") || address.startsWith("inproc:")) {
            Address parsed = Address.parse(address);
            if (parsed instanceof Address.InProcess) {
                throw new IllegalArgumentException(
                        "'" + address + "' is inside another process; write host:port, tcp://host:port or unix:/path");
            }
            return parsed;
        }
        int colon = address.lastIndexOf(':');
        if (colon <= 0 || colon == address.length() - 1 || address.endsWith("]")) {
            throw new IllegalArgumentException(
                    "'" + address + "' is not host:port, tcp://host:port or unix:/path; such as 127.0.0.1:9000");
        }
        return Address.parse("tcp://" + address);
    }
}
