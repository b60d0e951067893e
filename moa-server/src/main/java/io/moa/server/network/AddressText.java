package io.moa.server.network;

import java.net.Inet6Address;
import java.net.InetAddress;
import java.net.UnknownHostException;
import org.jspecify.annotations.Nullable;

/** IP addresses as people write them. No name is ever looked up here. */
final class AddressText {

    private AddressText() {}

    static String of(InetAddress ip) {
        String text = ip.getHostAddress();
        int scope = text.indexOf('%');
        return scope < 0 ? text : text.substring(0, scope);
    }

    /** The address that is written here; null if it is a name or anything else. */
    static @Nullable InetAddress literal(String text) {
        boolean six = text.indexOf(':') >= 0;
        if (!six && !text.matches("[0-9]{1,3}(\\.[0-9]{1,3}){3}")) {
            return null;
        }
        if (six && !text.matches("[0-9A-Fa-f:.]+(%[A-Za-z0-9_.-]+)?")) {
            return null;
        }
        try {
            return InetAddress.getByName(text); // digits only: nothing is looked up
        } catch (UnknownHostException e) {
            return null;
        }
    }

    /** Whether an address belongs to the network that some leading bits of another one name. */
    static boolean within(InetAddress ip, InetAddress network, int bits) {
        byte[] one = ip.getAddress();
        byte[] other = network.getAddress();
        if (one.length != other.length) {
            return false;
        }
        for (int i = 0; i < bits; i++) {
            int mask = 0x80 >> (i & 7);
            if ((one[i >> 3] & mask) != (other[i >> 3] & mask)) {
                return false;
            }
        }
        return true;
    }

    /** Whether only this organisation's own networks use it: RFC 1918, and the unique local ones of IPv6. */
    static boolean isPrivate(InetAddress ip) {
        return ip instanceof Inet6Address ? (ip.getAddress()[0] & 0xFE) == 0xFC : ip.isSiteLocalAddress();
    }
}
