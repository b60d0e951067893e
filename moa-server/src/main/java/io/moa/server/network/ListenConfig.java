package io.moa.server.network;

import io.moa.discovery.Address;
import java.net.InetAddress;
import java.util.List;
import java.util.Locale;
import java.util.function.Function;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;

/**
 * Where a server listens on TCP and what it tells others. Immutable.
 *
 * <p>Of each value, a system property stands above an environment variable, and that above the code, so that one build runs in
 * many places. They hold for every server of the process.
 *
 * @param host where to listen: an address, a network such as {@code 10.0.0.0/8}, an interface, a host name, {@code auto}, or
 *     {@code 0.0.0.0} or {@code ::} for all addresses; default 127.0.0.1; {@code moa.server.host}, {@code MOA_SERVER_HOST}
 * @param port 0 to 65535, default 0, a free one; {@code moa.server.port}, {@code MOA_SERVER_PORT}
 * @param advertise what others are told instead of the address listened on: any of the above but all addresses, or a name or
 *     an address that is not of this host, which is told as it is; null for the address listened on; {@code
 *     moa.server.advertise}, {@code MOA_SERVER_ADVERTISE}
 * @param advertisePort the port that others are told; 0, the default, for the one listened on; {@code
 *     moa.server.advertise.port}, {@code MOA_SERVER_ADVERTISE_PORT}
 */
public record ListenConfig(String host, int port, @Nullable String advertise, int advertisePort) {

    /** A free port of 127.0.0.1, so that nothing is open to a network by accident. */
    public static final ListenConfig DEFAULT = new ListenConfig("127.0.0.1", 0, null, 0);

    public ListenConfig {
        inRange("port", port);
        inRange("advertised port", advertisePort);
        if (advertise != null && isEverywhere(advertise.strip())) {
            throw new IllegalArgumentException("Nobody can call " + advertise
                    + ", which means every address of a host: advertise one of them, or auto");
        }
    }

    public ListenConfig withHost(String value) {
        return new ListenConfig(value, port, advertise, advertisePort);
    }

    public ListenConfig withPort(int value) {
        return new ListenConfig(host, value, advertise, advertisePort);
    }

    public ListenConfig withAdvertise(@Nullable String value) {
        return new ListenConfig(host, port, value, advertisePort);
    }

    public ListenConfig withAdvertisePort(int value) {
        return new ListenConfig(host, port, advertise, value);
    }

    /**
     * These values, where neither property nor variable says another.
     *
     * @throws IllegalArgumentException if one of them is wrong; the message names it
     */
    public ListenConfig over(UnaryOperator<@Nullable String> property, UnaryOperator<@Nullable String> variable) {
        String saidHost = said("host", property, variable);
        String saidAdvertise = said("advertise", property, variable);
        return new ListenConfig(
                saidHost == null ? host : saidHost,
                number("port", port, property, variable),
                saidAdvertise == null ? advertise : saidAdvertise.isEmpty() ? null : saidAdvertise,
                number("advertise.port", advertisePort, property, variable));
    }

    /** What property or variable says; null if neither does. */
    static @Nullable String said(
            String name, UnaryOperator<@Nullable String> property, UnaryOperator<@Nullable String> variable) {
        String text = property.apply("moa.server." + name);
        if (text == null) {
            text = variable.apply("MOA_SERVER_" + name.toUpperCase(Locale.ROOT).replace('.', '_'));
        }
        return text == null ? null : text.strip();
    }

    private static int number(
            String name,
            int otherwise,
            UnaryOperator<@Nullable String> property,
            UnaryOperator<@Nullable String> variable) {
        String text = said(name, property, variable);
        if (text == null) {
            return otherwise;
        }
        if (!text.matches("[0-9]{1,5}")) {
            throw new IllegalArgumentException("moa.server." + name + " (MOA_SERVER_"
                    + name.toUpperCase(Locale.ROOT).replace('.', '_') + ") is a number from 0 to 65535, not \"" + text
                    + "\"");
        }
        return Integer.parseInt(text);
    }

    private static void inRange(String what, int port) {
        if (port < 0 || port > 65_535) {
            throw new IllegalArgumentException("The " + what + " is 0 to 65535, not " + port);
        }
    }

    private static boolean isEverywhere(String host) {
        InetAddress ip = AddressText.literal(host);
        return ip != null && ip.isAnyLocalAddress();
    }

    /**
     * Settles on addresses.
     *
     * @param cards what this host has
     * @param towardsRegistry the address from which this host reaches its registry; null if not known
     * @param names finds the addresses of a host name
     * @param announced whether others are told at all; if not, listening on all addresses needs nothing to advertise
     * @throws IllegalArgumentException if there is no such address; the message says what there is
     */
    public ListenPlan plan(
            List<NetworkCard> cards,
            @Nullable InetAddress towardsRegistry,
            Function<String, List<InetAddress>> names,
            boolean announced) {
        String where = host.strip();
        boolean everywhere = isEverywhere(where);
        String told = advertise == null ? null : advertise.strip();
        if (announced) {
            requireAdvertised();
        }
        AddressChoice bound = everywhere ? null : AddressChooser.choose(cards, where, towardsRegistry, names);
        Address.Tcp bind = new Address.Tcp(bound == null ? where : bound.host(), port);
        if (told == null) {
            return new ListenPlan(bind, bind.host(), advertisePort, bound, reasonOf(bound, where));
        }
        boolean choose = told.equals(AddressChooser.AUTO)
                || told.indexOf('/') >= 0
                || cards.stream().anyMatch(card -> card.name().equals(told));
        if (!choose) {
            return new ListenPlan(bind, told, advertisePort, bound, "advertised as " + told + ", as configured");
        }
        AddressChoice chosen = AddressChooser.choose(cards, told, towardsRegistry, names);
        return new ListenPlan(bind, chosen.host(), advertisePort, chosen, reasonOf(chosen, told));
    }

    /**
     * Checks what can be known on any host.
     *
     * @throws IllegalArgumentException if it listens on all addresses and does not say which one others are to use
     */
    public void requireAdvertised() {
        String where = host.strip();
        if (isEverywhere(where) && advertise == null) {
            throw new IllegalArgumentException("A server that listens on all addresses (" + where
                    + ") must say which one others are to use: call advertise(\"auto\"), or with an address, a network,"
                    + " an interface or a name");
        }
    }

    private static String reasonOf(@Nullable AddressChoice choice, String where) {
        if (choice == null) {
            return "all addresses";
        }
        boolean nothingToChoose = AddressText.literal(where) != null; // then why the others were not is no news
        return nothingToChoose ? choice.card() + " " + choice.host() + ": " + choice.reason() : choice.toString();
    }
}
