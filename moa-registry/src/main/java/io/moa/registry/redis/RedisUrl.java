package io.moa.registry.redis;

import io.moa.discovery.Address;
import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;

/** Reads a Redis URL. Messages never repeat what may hold a password. */
final class RedisUrl {

    private static final String EXPECTED = "write redis://host:port, rediss://host:port, "
            + "redis-sentinel://host1:port,host2:port/master or redis-cluster://host1:port,host2:port, with "
            + "user:password@ before the hosts and ?prefix=name and allow=10.0.0.0/8 at the end where needed";
    private static final int REDIS_PORT = 6379;
    private static final int SENTINEL_PORT = 26379;

    private RedisUrl() {}

    static RedisConfig.Builder parse(String url) {
        int begin = url.indexOf("://");
        if (begin < 0) {
            throw refused("it has no ://");
        }
        String scheme = url.substring(0, begin);
        String rest = url.substring(begin + 3);
        String query = after(rest, '?');
        rest = before(rest, '?');
        // The last @: a password may hold one, a host may not.
        int at = rest.lastIndexOf('@');
        String login = at < 0 ? "" : rest.substring(0, at);
        String place = rest.substring(at + 1);
        String path = after(place, '/');
        String hosts = before(place, '/');

        boolean tls = scheme.startsWith("rediss");
        String mode = scheme.replaceFirst("^rediss?", "");
        RedisConfig.Builder builder =
                switch (mode.isEmpty() && scheme.startsWith("redis") ? "-standalone" : mode) {
                    case "-standalone" -> {
                        if (!path.isEmpty() && !path.equals("0")) {
                            throw refused("a registry lives in database 0, and the URL names another");
                        }
                        List<Address.Tcp> nodes = nodes(hosts, REDIS_PORT);
                        if (nodes.size() != 1) {
                            throw refused("it names " + nodes.size() + " hosts where one is expected");
                        }
                        yield RedisConfig.standalone(
                                nodes.get(0).host(), nodes.get(0).port());
                    }
                    case "-sentinel" -> {
                        if (path.isEmpty()) {
                            throw refused("it does not name the master behind a /");
                        }
                        yield RedisConfig.sentinel(path, nodes(hosts, SENTINEL_PORT));
                    }
                    case "-cluster" -> RedisConfig.cluster(nodes(hosts, REDIS_PORT));
                    default -> throw refused("its scheme is unknown");
                };
        if (tls) {
            builder.tls();
        }
        if (!login.isEmpty()) {
            int colon = login.indexOf(':');
            String user = colon < 0 ? "" : decode(login.substring(0, colon));
            builder.login(user, decode(login.substring(colon + 1)));
        }
        for (String setting : query.isEmpty() ? new String[0] : query.split("&")) {
            if (setting.startsWith("prefix=")) {
                builder.prefix(decode(setting.substring("prefix=".length())));
            } else if (setting.startsWith("allow=")) {
                builder.allow(ranges(decode(setting.substring("allow=".length()))));
            } else {
                throw refused("it has a setting that is neither prefix= nor allow=");
            }
        }
        return builder;
    }

    private static List<Address.Tcp> nodes(String hosts, int defaultPort) {
        List<Address.Tcp> nodes = new ArrayList<>();
        for (String host : hosts.split(",", -1)) {
            int colon = host.endsWith("]") ? -1 : host.lastIndexOf(':');
            try {
                int port = colon < 0 ? defaultPort : Integer.parseInt(host.substring(colon + 1));
                String name = colon < 0 ? host : host.substring(0, colon);
                if (name.startsWith("[") && name.endsWith("]")) {
                    name = name.substring(1, name.length() - 1);
                }
                nodes.add(new Address.Tcp(name, port));
            } catch (IllegalArgumentException e) {
                throw refused("one of its hosts is not host:port");
            }
        }
        return nodes;
    }

    private static AddressRanges ranges(String text) {
        try {
            return AddressRanges.parse(text);
        } catch (IllegalArgumentException e) { // its message repeats what may be the end of a password with a ? in it
            throw refused(
                    "its allow= is no list of up to " + AddressRanges.MAX + " ranges such as 10.0.0.0/8,fd00::/8");
        }
    }

    private static String decode(String text) {
        try {
            return URLDecoder.decode(text.replace("+", "%2B"), StandardCharsets.UTF_8);
        } catch (IllegalArgumentException e) {
            throw refused("a % in it is not followed by two hexadecimal digits");
        }
    }

    private static String before(String text, char mark) {
        int at = text.indexOf(mark);
        return at < 0 ? text : text.substring(0, at);
    }

    private static String after(String text, char mark) {
        int at = text.indexOf(mark);
        return at < 0 ? "" : text.substring(at + 1);
    }

    private static IllegalArgumentException refused(String why) {
        return new IllegalArgumentException("This is no Redis URL, for " + why + "; " + EXPECTED);
    }
}
