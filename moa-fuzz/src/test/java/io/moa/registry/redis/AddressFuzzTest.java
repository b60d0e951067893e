package io.moa.registry.redis;

import com.code_intelligence.jazzer.junit.FuzzTest;
import io.moa.discovery.Address;
import io.netty.util.NetUtil;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * Addresses that a process announces, and ranges of them. Netty's reader is the second opinion: nothing that it takes for an IP
 * address may pass as the name of a host, and of what both understand they understand the same.
 */
class AddressFuzzTest {

    private static final byte[] WRAPPING = {0, 0, 0, 0, 0, 0, 0, 0, 0, 0, -1, -1};

    @FuzzTest
    void addresses(byte[] input) {
        String text = new String(input, StandardCharsets.UTF_8);
        host(text);
        ranges(text);
        announced(text);
    }

    private static void host(String text) {
        byte[] ours = NumericAddress.parse(text);
        byte[] theirs = netty(text);
        if (theirs != null && ours == null && !NumericAddress.isMeant(text)) {
            throw new AssertionError(text + " passes as the name of a host, and is an address");
        }
        if (theirs != null && ours != null && !Arrays.equals(ours, theirs) && !isRefused(text)) {
            throw new AssertionError(
                    text + " is read as " + Arrays.toString(ours) + ", and elsewhere as " + Arrays.toString(theirs));
        }
        if (ours != null && ours.length != 4 && ours.length != 16) {
            throw new AssertionError("An address of " + ours.length + " bytes");
        }
    }

    private static boolean isRefused(String host) {
        try {
            AddressCheck.check(new Address.Tcp(host, 1), AddressRanges.ANY);
            return false;
        } catch (BadEntryException | IllegalArgumentException e) {
            return true;
        }
    }

    /** The bytes, 4 also for an address of IPv4 within IPv6; null if it is none. */
    private static byte @Nullable [] netty(String text) {
        byte[] bytes = NetUtil.createByteArrayFromIpAddressString(text);
        boolean wrapped = bytes != null
                && bytes.length == 16
                && Arrays.equals(bytes, 0, WRAPPING.length, WRAPPING, 0, WRAPPING.length);
        return wrapped ? Arrays.copyOfRange(bytes, WRAPPING.length, 16) : bytes;
    }

    private static void ranges(String text) {
        AddressRanges ranges;
        try {
            ranges = AddressRanges.parse(text);
        } catch (IllegalArgumentException e) {
            return;
        }
        for (String range : ranges.toString().split(",")) {
            byte[] first = NumericAddress.parse(range.replaceFirst("/.*", ""));
            if (first == null || !ranges.contains(first)) {
                throw new AssertionError(ranges + " does not hold the address that it is written with: " + range);
            }
        }
    }

    private static void announced(String text) {
        Address address;
        try {
            address = Address.parse(text);
        } catch (IllegalArgumentException e) {
            return;
        }
        if (!Address.parse(address.toString()).equals(address)) {
            throw new AssertionError(address + " is another when it is read again");
        }
        try {
            AddressCheck.check(address, AddressRanges.ANY);
        } catch (BadEntryException e) {
            // refused, with a reason
        }
    }
}
