package io.moa.registry.redis;

import io.moa.discovery.Address;
import java.time.Duration;
import java.util.Collections;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.TreeSet;
import javax.net.ssl.SSLSocketFactory;
import org.jspecify.annotations.Nullable;

/**
 * Where the Redis of a registry is, and how patiently it is used. Immutable. Its text never shows a password.
 *
 * @param mode how Redis is set up
 * @param nodes the server, the Sentinels, or some nodes of the Cluster; 1 to 32
 * @param masterName what the Sentinels call the master; empty in the other modes
 * @param tls makes the sockets for TLS, to Redis and to the Sentinels; null for plain TCP, which is the default
 * @param user the ACL user; empty for Redis's default user
 * @param password the password; empty for none
 * @param sentinelUser the ACL user at the Sentinels; empty for their default user
 * @param sentinelPassword the password at the Sentinels; empty for none
 * @param prefix names the registry: all its keys begin with it, in braces; 1 to 64 letters, digits and any of {@code ._:-};
 *     default {@code moa}
 * @param socketTimeout how long a connect or an answer may take; 50 ms to 30 s, default 500 ms
 * @param lease how long a process counts as alive after its last heartbeat; twice the heartbeat to 10 min, default 10 s
 * @param heartbeat how often a process renews its lease; 100 ms to 2 min, default 3 s
 * @param poll how often a follower looks for changes when it was told of none; 100 ms to 5 min, default 5 s
 * @param fullRead how often a follower reads whole lists anew; {@code poll} to 1 h, default 60 s
 * @param coalesce how long changes that follow closely are gathered before they are read; 0 to 10 s, default 100 ms
 * @param allow which addresses processes may announce; what announces another one is passed over by all that read the registry,
 *     and watchers do not probe it; default {@link AddressRanges#ANY}
 */
public record RedisConfig(
        RedisMode mode,
        List<Address.Tcp> nodes,
        String masterName,
        @Nullable SSLSocketFactory tls,
        String user,
        String password,
        String sentinelUser,
        String sentinelPassword,
        String prefix,
        Duration socketTimeout,
        Duration lease,
        Duration heartbeat,
        Duration poll,
        Duration fullRead,
        Duration coalesce,
        AddressRanges allow) {

    private static final int MAX_NODES = 32;

    /** The prefix of keys where none is said. */
    public static final String DEFAULT_PREFIX = "moa";

    public RedisConfig {
        nodes = List.copyOf(nodes);
        if (nodes.isEmpty() || nodes.size() > MAX_NODES) {
            throw new IllegalArgumentException(
                    "Redis needs 1 to " + MAX_NODES + " addresses, not " + nodes.size() + ": say host:port of each");
        }
        if (mode == RedisMode.STANDALONE && nodes.size() > 1) {
            throw new IllegalArgumentException("A standalone Redis has one address, not " + nodes.size()
                    + "; for several nodes choose SENTINEL or CLUSTER");
        }
        for (Address.Tcp node : nodes) {
            if (node.port() == 0) {
                throw new IllegalArgumentException("Redis at " + node.host() + " needs a port of 1 to 65535, not 0");
            }
        }
        if ((mode == RedisMode.SENTINEL) == masterName.isEmpty()) {
            throw new IllegalArgumentException(
                    mode == RedisMode.SENTINEL
                            ? "Sentinels are asked for a master by its name, such as mymaster; none was said"
                            : "Only Sentinels know a master by its name; without them leave it empty");
        }
        if (!prefix.matches("[A-Za-z0-9._:-]{1,64}")) {
            throw new IllegalArgumentException(
                    "A prefix of keys has 1 to 64 letters, digits and any of . _ : -, unlike: " + prefix);
        }
        if (!user.isEmpty() && password.isEmpty()) {
            throw new IllegalArgumentException("The Redis user " + user + " needs a password");
        }
        inRange("socket timeout", socketTimeout, Duration.ofMillis(50), Duration.ofSeconds(30));
        inRange("heartbeat", heartbeat, Duration.ofMillis(100), Duration.ofMinutes(2));
        inRange("lease", lease, heartbeat.multipliedBy(2), Duration.ofMinutes(10));
        inRange("poll", poll, Duration.ofMillis(100), Duration.ofMinutes(5));
        inRange("full read", fullRead, poll, Duration.ofHours(1));
        inRange("coalescing", coalesce, Duration.ZERO, Duration.ofSeconds(10));
    }

    /**
     * A server at a fixed address.
     *
     * @param port 1 to 65535; Redis's own default is 6379
     */
    public static Builder standalone(String host, int port) {
        return new Builder(RedisMode.STANDALONE, List.of(new Address.Tcp(host, port)), "");
    }

    /**
     * A master that Sentinels know.
     *
     * @param masterName what they call it
     * @param sentinels some of them, better all
     */
    public static Builder sentinel(String masterName, List<Address.Tcp> sentinels) {
        return new Builder(RedisMode.SENTINEL, sentinels, masterName);
    }

    /**
     * A Redis Cluster.
     *
     * @param nodes some of its nodes, better several
     */
    public static Builder cluster(List<Address.Tcp> nodes) {
        return new Builder(RedisMode.CLUSTER, nodes, "");
    }

    /**
     * Reads an address as people write it: {@code redis://[[user]:password@]host[:port]}, {@code rediss://…} for TLS,
     * {@code redis-sentinel://h1:p,h2:p/master}, {@code redis-cluster://h1:p,h2:p}, the last two also with {@code rediss-},
     * each with {@code ?prefix=…} and, as {@link AddressRanges#parse} reads it, {@code &allow=…}. In user and password, {@code %}
     * escapes as in a URL.
     *
     * @throws IllegalArgumentException if it is not one; the message says what is expected and shows no password
     */
    public static RedisConfig parse(String url) {
        return RedisUrl.parse(url).build();
    }

    /** These settings, to be changed. */
    public Builder toBuilder() {
        Builder builder = new Builder(mode, nodes, masterName);
        builder.tls = tls;
        builder.user = user;
        builder.password = password;
        builder.sentinelUser = sentinelUser;
        builder.sentinelPassword = sentinelPassword;
        builder.prefix = prefix;
        builder.socketTimeout = socketTimeout;
        builder.lease = lease;
        builder.heartbeat = heartbeat;
        builder.poll = poll;
        builder.fullRead = fullRead;
        builder.coalesce = coalesce;
        builder.allow = allow;
        return builder;
    }

    private static void inRange(String what, Duration value, Duration min, Duration max) {
        if (value.compareTo(min) < 0 || value.compareTo(max) > 0) {
            throw new IllegalArgumentException("The " + what + " of a Redis registry is " + min.toMillis() + " to "
                    + max.toMillis() + " ms, not " + value.toMillis());
        }
    }

    /** Where, for people: neither user nor password. */
    public String where() {
        StringBuilder text = new StringBuilder(tls == null ? "redis" : "rediss");
        if (mode != RedisMode.STANDALONE) {
            text.append(mode == RedisMode.SENTINEL ? "-sentinel" : "-cluster");
        }
        text.append("://");
        for (int i = 0; i < nodes.size(); i++) {
            text.append(i == 0 ? "" : ",").append(nodes.get(i).toString().substring("tcp://".length()));
        }
        return text.append(masterName.isEmpty() ? "" : "/" + masterName).toString();
    }

    /**
     * Names this registry in files: the same in whatever order its hosts are listed, whoever logs in, and with TLS or without.
     * Its database is always 0.
     */
    String place() {
        return placeOf(String.join(",", hosts()));
    }

    /**
     * Whether a {@linkplain #place() place} is this one: it has the same host, or, of Sentinels and clusters, one host in common, so that
     * hosts can be added and replaced. The name of the master alone is not enough: many groups of Sentinels call theirs alike, and the
     * rules of another group would hold here until somebody sets one.
     */
    boolean isPlace(String named) {
        int from = named.indexOf("://") + 3;
        int to = from;
        while (to < named.length() && named.charAt(to) != '/' && named.charAt(to) != '?') {
            to++;
        }
        if (to >= named.length()) {
            return false;
        }
        String others = named.substring(from, to);
        boolean common = !Collections.disjoint(hosts(), List.of(others.split(",")));
        return named.equals(mode == RedisMode.STANDALONE ? place() : placeOf(others)) && common;
    }

    private Set<String> hosts() {
        Set<String> hosts = new TreeSet<>();
        for (Address.Tcp node : nodes) {
            hosts.add(node.toString().substring("tcp://".length()).toLowerCase(Locale.ROOT));
        }
        return hosts;
    }

    private String placeOf(String hosts) {
        return "redis" + (mode == RedisMode.STANDALONE ? "" : "-" + mode.name().toLowerCase(Locale.ROOT)) + "://"
                + hosts + (masterName.isEmpty() ? "" : "/" + masterName) + "?prefix=" + prefix;
    }

    @Override
    public String toString() {
        return "RedisConfig[" + where() + (user.isEmpty() ? "" : ", user " + user)
                + (password.isEmpty() ? ", no password" : ", password not shown") + ", prefix " + prefix
                + ", socketTimeout " + socketTimeout + ", lease " + lease + ", heartbeat " + heartbeat + ", poll "
                + poll + ", fullRead " + fullRead + ", coalesce " + coalesce + ", allow " + allow + "]";
    }

    /** Describes a Redis. Not safe for threads. */
    public static final class Builder {

        private final RedisMode mode;
        private final List<Address.Tcp> nodes;
        private final String masterName;
        private @Nullable SSLSocketFactory tls;
        private String user = "";
        private String password = "";
        private String sentinelUser = "";
        private String sentinelPassword = "";
        private String prefix = DEFAULT_PREFIX;
        private Duration socketTimeout = Duration.ofMillis(500);
        private Duration lease = Duration.ofSeconds(10);
        private Duration heartbeat = Duration.ofSeconds(3);
        private Duration poll = Duration.ofSeconds(5);
        private Duration fullRead = Duration.ofSeconds(60);
        private Duration coalesce = Duration.ofMillis(100);
        private AddressRanges allow = AddressRanges.ANY;

        private Builder(RedisMode mode, List<Address.Tcp> nodes, String masterName) {
            this.mode = mode;
            this.nodes = nodes;
            this.masterName = masterName;
        }

        /** Uses TLS with the JDK's trust store; the server's certificate must name the host. */
        public Builder tls() {
            return tls((SSLSocketFactory) SSLSocketFactory.getDefault());
        }

        /** Uses TLS with these sockets; null for plain TCP. The server's certificate must name the host. */
        public Builder tls(@Nullable SSLSocketFactory value) {
            tls = value;
            return this;
        }

        /** Logs in with a password as Redis's default user. */
        public Builder password(String value) {
            password = value;
            return this;
        }

        /** Logs in as an ACL user. */
        public Builder login(String newUser, String newPassword) {
            user = newUser;
            password = newPassword;
            return this;
        }

        /** Logs in at the Sentinels; an empty user is their default user. */
        public Builder sentinelLogin(String newUser, String newPassword) {
            sentinelUser = newUser;
            sentinelPassword = newPassword;
            return this;
        }

        /** Names the registry; default {@code moa}. */
        public Builder prefix(String value) {
            prefix = value;
            return this;
        }

        /** How long a connect or an answer may take; 50 ms to 30 s, default 500 ms. */
        public Builder socketTimeout(Duration value) {
            socketTimeout = value;
            return this;
        }

        /** How long a process counts as alive after a heartbeat; twice the heartbeat to 10 min, default 10 s. */
        public Builder lease(Duration value) {
            lease = value;
            return this;
        }

        /** How often a process renews its lease; 100 ms to 2 min, default 3 s. */
        public Builder heartbeat(Duration value) {
            heartbeat = value;
            return this;
        }

        /** How often a follower looks when it was told of no change; 100 ms to 5 min, default 5 s. */
        public Builder poll(Duration value) {
            poll = value;
            return this;
        }

        /** How often a follower reads whole lists; {@code poll} to 1 h, default 60 s. */
        public Builder fullRead(Duration value) {
            fullRead = value;
            return this;
        }

        /** How long changes are gathered before they are read; 0 to 10 s, default 100 ms. */
        public Builder coalesce(Duration value) {
            coalesce = value;
            return this;
        }

        /** Which addresses processes may announce; default {@link AddressRanges#ANY}. */
        public Builder allow(AddressRanges value) {
            allow = value;
            return this;
        }

        /**
         * The settings.
         *
         * @throws IllegalArgumentException if one is out of its range
         */
        public RedisConfig build() {
            return new RedisConfig(
                    mode,
                    nodes,
                    masterName,
                    tls,
                    user,
                    password,
                    sentinelUser,
                    sentinelPassword,
                    prefix,
                    socketTimeout,
                    lease,
                    heartbeat,
                    poll,
                    fullRead,
                    coalesce,
                    allow);
        }
    }
}
