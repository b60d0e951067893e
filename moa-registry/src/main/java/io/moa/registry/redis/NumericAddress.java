package io.moa.registry.redis;

import java.util.Arrays;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * Reads IP addresses from text without ever asking a name service, which the JDK's own reader does with whatever it does not
 * understand. Only the usual ways of writing are taken: what systems understand beyond them, such as {@code 0x7f.1}, is what
 * somebody writes who wants to be taken for something else.
 */
final class NumericAddress {

    private static final int GROUPS = 8;

    /** Text of which some system makes a number, by the rule of browsers: the last label decides. */
    private static final Pattern NUMBER = Pattern.compile("(.*\\.)?([0-9]+|0[xX][0-9a-fA-F]*)\\.?");

    private NumericAddress() {}

    /** Whether some system may take the text for an IP address, be it a proper one or not. */
    static boolean isMeant(String host) {
        return host.indexOf(':') >= 0 || NUMBER.matcher(host).matches();
    }

    /** The 4 or 16 bytes of an address, 4 also for one of IPv4 within IPv6; null if it is none. A zone behind a % is left out. */
    static byte @Nullable [] parse(String host) {
        if (host.indexOf(':') < 0) {
            return four(host);
        }
        int zone = host.indexOf('%');
        byte[] bytes = sixteen(zone < 0 ? host : host.substring(0, zone));
        return bytes == null ? null : unwrapped(bytes);
    }

    private static byte[] unwrapped(byte[] six) {
        for (int i = 0; i < 12; i++) {
            if (six[i] != (i < 10 ? 0 : (byte) 0xFF)) {
                return six;
            }
        }
        return Arrays.copyOfRange(six, 12, 16);
    }

    private static byte @Nullable [] four(String text) {
        String[] parts = text.split("\\.", -1);
        if (parts.length != 4) {
            return null;
        }
        byte[] bytes = new byte[4];
        for (int i = 0; i < 4; i++) {
            int value = number(parts[i], 10, 3);
            if (value < 0 || value > 255 || (parts[i].length() > 1 && parts[i].charAt(0) == '0')) {
                return null; // a leading zero means eight-based numbers to some
            }
            bytes[i] = (byte) value;
        }
        return bytes;
    }

    private static byte @Nullable [] sixteen(String text) {
        int gap = text.indexOf("::");
        if (gap < 0) {
            return groups(text, GROUPS);
        }
        byte[] left = gap == 0 ? new byte[0] : groups(text.substring(0, gap), -1);
        String behind = text.substring(gap + 2);
        byte[] right = behind.isEmpty() ? new byte[0] : groups(behind, -1);
        if (left == null || right == null || left.length + right.length > 2 * (GROUPS - 1)) {
            return null;
        }
        byte[] bytes = new byte[2 * GROUPS];
        System.arraycopy(left, 0, bytes, 0, left.length);
        System.arraycopy(right, 0, bytes, bytes.length - right.length, right.length);
        return bytes;
    }

    /** Groups with colons between them, of which the last may be an address of IPv4; so many, or any number for -1. */
    private static byte @Nullable [] groups(String text, int expected) {
        String[] parts = text.split(":", -1);
        if (parts.length > GROUPS) {
            return null;
        }
        byte[] bytes = new byte[2 * GROUPS + 2];
        int at = 0;
        for (int i = 0; i < parts.length; i++) {
            byte[] last = i == parts.length - 1 ? four(parts[i]) : null;
            int value = last == null ? number(parts[i], 16, 4) : 0;
            if (value < 0) {
                return null;
            }
            if (last != null) {
                System.arraycopy(last, 0, bytes, at, 4);
                at += 4;
            } else {
                bytes[at++] = (byte) (value >> 8);
                bytes[at++] = (byte) value;
            }
        }
        boolean fits = expected < 0 ? at <= 2 * GROUPS : at == 2 * expected;
        return fits ? Arrays.copyOf(bytes, at) : null;
    }

    /** The number; -1 if it is none of that base, or has more digits. */
    private static int number(String text, int base, int digits) {
        if (text.isEmpty() || text.length() > digits) {
            return -1;
        }
        int value = 0;
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            int digit = c < 0x80 ? Character.digit(c, base) : -1;
            if (digit < 0) {
                return -1;
            }
            value = value * base + digit;
        }
        return value;
    }
}
