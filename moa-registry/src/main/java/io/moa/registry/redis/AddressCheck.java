package io.moa.registry.redis;

import io.moa.discovery.Address;

/** Refuses announced addresses that nobody can call, or that nobody here shall call. */
final class AddressCheck {

    private AddressCheck() {}

    /**
     * Checks an address of a record. Sockets of the file system and of a process are left to who calls them: they are used by
     * neighbours alone.
     *
     * @throws BadEntryException if it is to be refused; says why
     */
    static void check(Address address, AddressRanges allowed) throws BadEntryException {
        if (!(address instanceof Address.Tcp tcp)) {
            return;
        }
        if (tcp.port() == 0) {
            throw new BadEntryException("nobody can call port 0");
        }
        String host = tcp.host();
        for (int at = 0; at < host.length(); at++) {
            char c = host.charAt(at);
            if (c <= ' ' || c == 0x7F || c == '/' || c == '@') {
                throw new BadEntryException("a host name holds a character that no host name has");
            }
        }
        byte[] bytes = NumericAddress.parse(host);
        if (bytes != null) {
            number(host, bytes, allowed);
        } else if (NumericAddress.isMeant(host)) {
            throw new BadEntryException(host + " is no IP address, and no host name either");
        } else if (!allowed.isAny()) {
            throw new BadEntryException(
                    "its host name " + host + " may mean any address, and only some may be announced: " + allowed);
        }
    }

    private static void number(String host, byte[] bytes, AddressRanges allowed) throws BadEntryException {
        int zeros = 0;
        for (byte b : bytes) {
            zeros += b == 0 ? 1 : 0;
        }
        boolean four = bytes.length == 4;
        int first = bytes[0] & 0xFF;
        if (zeros == bytes.length) {
            throw new BadEntryException("nobody can call " + host + ", which means every address of a host");
        }
        if (four ? first >= 224 && first < 240 : first == 0xFF) {
            throw new BadEntryException("nobody can call " + host + ", which means a group of hosts");
        }
        if (four && first == 255 && bytes[1] == -1 && bytes[2] == -1 && bytes[3] == -1) {
            throw new BadEntryException("nobody can call " + host + ", which means every host");
        }
        if (!four && isOfOldKind(host, bytes)) {
            throw new BadEntryException(host
                    + " is an address of IPv4 to some systems and one of IPv6 to others; write " + (bytes[12] & 0xFF)
                    + "." + (bytes[13] & 0xFF) + "." + (bytes[14] & 0xFF) + "." + (bytes[15] & 0xFF));
        }
        if (!allowed.contains(bytes)) {
            throw new BadEntryException("its address " + host + " may not be announced; these may: " + allowed);
        }
    }

    /** {@code ::a.b.c.d}, deprecated by RFC 4291; {@code ::1}, written so, only looks like one. */
    private static boolean isOfOldKind(String host, byte[] sixteen) {
        for (int i = 0; i < 12; i++) {
            if (sixteen[i] != 0) {
                return false;
            }
        }
        boolean local = sixteen[12] == 0 && sixteen[13] == 0 && sixteen[14] == 0 && sixteen[15] == 1;
        return !local || host.indexOf('.') >= 0;
    }
}
