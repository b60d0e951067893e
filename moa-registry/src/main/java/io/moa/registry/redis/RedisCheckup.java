package io.moa.registry.redis;

import java.io.IOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;

/**
 * What a Redis is like as the home of a registry, asked over an open link: how quick it is, which version, what its clock
 * says, what it may forget, and whether the link's user may do what its role needs. Nothing is changed there: the writing
 * commands that are tried name things that do not exist.
 *
 * @param master where the master is
 * @param pingNanos how long each ping took, shortest first
 * @param clockAheadMillis how far Redis's clock is before this host's; null if Redis does not tell
 * @param role what the server says it is, such as {@code master}
 * @param info what {@code INFO} says, name → value, of the sections server, clients, memory and replication
 * @param notTold commands that this user may not run and that would have told more
 * @param missing commands that the role needs and this user may not run, with the kind of key
 * @param foreign what Redis says of keys of the registry under which somebody else has written something of another kind
 */
public record RedisCheckup(
        String master,
        List<Long> pingNanos,
        @Nullable Long clockAheadMillis,
        String role,
        Map<String, String> info,
        List<String> notTold,
        List<String> missing,
        List<String> foreign) {

    private static final List<String> SECTIONS = List.of("server", "clients", "memory", "replication");
    private static final int LONGEST_VALUE = 200;

    public RedisCheckup {
        pingNanos = List.copyOf(pingNanos);
        info = Map.copyOf(info);
        notTold = List.copyOf(notTold);
        missing = List.copyOf(missing);
        foreign = List.copyOf(foreign);
    }

    /**
     * Asks.
     *
     * @param needed the role that the link's user is to have
     * @param pings how many; 1 to 10,000. All must be answered within the 5 s that a link gives an answer
     */
    public static CompletableFuture<RedisCheckup> of(RedisLink link, RedisRole needed, int pings) {
        if (pings < 1 || pings > 10_000) {
            throw new IllegalArgumentException("1 to 10000 pings are sent, not " + pings);
        }
        return link.ask(connection -> ask(link, connection, needed, pings));
    }

    /** How long all but this share of the pings took at most, in nanoseconds. */
    public long pingNanos(double share) {
        return pingNanos.get((int) Math.min(pingNanos.size() - 1, Math.floor(pingNanos.size() * share)));
    }

    private static RedisCheckup ask(RedisLink link, RedisConnection connection, RedisRole needed, int pings)
            throws IOException {
        long[] took = new long[pings];
        for (int i = 0; i < pings; i++) {
            long from = link.ticker().nanos();
            connection.call("PING");
            took[i] = link.ticker().nanos() - from;
        }
        Arrays.sort(took);
        List<String> notTold = new ArrayList<>();
        Map<String, String> info = new HashMap<>();
        for (String section : SECTIONS) {
            Object answer = tried(connection, notTold, "INFO", section);
            if (answer != null) {
                readInfo(String.valueOf(Replies.text(answer)), info);
            }
        }
        Object role = tried(connection, notTold, "ROLE");
        List<String> roles = role == null
                ? List.of()
                : List.of(String.valueOf(Replies.text(Replies.list(role).get(0))));
        List<String> foreign = new ArrayList<>();
        List<String> missing = missing(connection, link.keys(), needed, foreign);
        return new RedisCheckup(
                connection.address().toString().substring("tcp://".length()),
                Arrays.stream(took).boxed().toList(),
                clockAhead(link, connection, notTold),
                roles.isEmpty() ? "" : roles.get(0),
                info,
                notTold,
                missing,
                foreign);
    }

    private static @Nullable Long clockAhead(RedisLink link, RedisConnection connection, List<String> notTold)
            throws IOException {
        long before = link.clock().millis();
        Object answer = tried(connection, notTold, "TIME");
        long after = link.clock().millis();
        if (answer == null) {
            return null;
        }
        List<String> parts = Replies.texts(answer);
        long there = Long.parseLong(parts.get(0)) * 1_000 + Long.parseLong(parts.get(1)) / 1_000;
        return there - (before + after) / 2;
    }

    private static @Nullable Object tried(
            RedisConnection connection, List<String> notTold, String command, Object... parts) throws IOException {
        try {
            return connection.call(command, parts);
        } catch (RedisError e) {
            if (e.ofTheServer()) {
                throw e;
            }
            if (!notTold.contains(command)) {
                notTold.add(command);
            }
            return null;
        }
    }

    private static void readInfo(String text, Map<String, String> into) {
        for (String line : text.split("\r?\n")) {
            int colon = line.indexOf(':');
            if (colon > 0 && line.length() - colon <= LONGEST_VALUE) {
                into.put(line.substring(0, colon), line.substring(colon + 1));
            }
        }
    }

    /** Commands that do nothing, because they name what is not there, and are refused all the same without the right. */
    private static List<String> missing(
            RedisConnection connection, RedisKeys keys, RedisRole needed, List<String> foreign) throws IOException {
        String nobody = "doctor-" + UUID.randomUUID();
        Map<String, List<Object>> tries = new java.util.LinkedHashMap<>();
        tries.put("HGET p", List.of("HGET", keys.processes(), nobody));
        tries.put("HMGET r", List.of("HMGET", keys.revisions(), nobody));
        tries.put("HKEYS services", List.of("HEXISTS", keys.services(), nobody));
        tries.put("HGET m", List.of("HGET", keys.marks(), nobody));
        tries.put("HGET o", List.of("HGET", keys.decisions(), nobody));
        tries.put("HGET oa", List.of("HGET", keys.placeDecisions(), nobody));
        tries.put("HGET ws", List.of("HGET", keys.watchers(), nobody));
        tries.put("HGET rules", List.of("HGET", keys.rules(), nobody));
        tries.put("XREVRANGE g", List.of("XREVRANGE", keys.logOfAll(), "+", "-", "COUNT", 1));
        tries.put("XREAD g", List.of("XREAD", "COUNT", 1, "STREAMS", keys.logOfAll(), "$"));
        tries.put("PTTL l", List.of("PTTL", keys.lease(nobody)));
        tries.put("EXISTS l", List.of("EXISTS", keys.lease(nobody)));
        tries.put("LRANGE e", List.of("LRANGE", keys.evidence(nobody), 0, 0));
        switch (needed) {
            case READER -> {}
            case PROCESS, SHARER -> {
                tries.put("HDEL p", List.of("HDEL", keys.processes(), nobody));
                tries.put("HDEL r", List.of("HDEL", keys.revisions(), nobody));
                tries.put("SET l", List.of("SET", keys.lease(nobody), "x", "XX"));
                tries.put("DEL l", List.of("DEL", keys.lease(nobody)));
                tries.put("XADD g", List.of("XADD", keys.logOfAll() + ":" + nobody, "NOMKSTREAM", "*", "u", nobody));
                tries.put("PUBLISH h", List.of("PUBLISH", keys.hintOfAll() + ":" + nobody, ""));
                tries.put("GET c", List.of("GET", keys.contract(nobody)));
                if (needed == RedisRole.SHARER) {
                    tries.put("HDEL q", List.of("HDEL", keys.quota(nobody), nobody));
                    tries.put("EVAL", List.of("EVAL", "return 1", 0));
                }
            }
            case WATCHER -> {
                tries.put("HDEL m", List.of("HDEL", keys.marks(), nobody));
                tries.put("HDEL p", List.of("HDEL", keys.processes(), nobody));
                tries.put("DEL e", List.of("DEL", keys.evidence(nobody)));
                tries.put("LTRIM e", List.of("LTRIM", keys.evidence(nobody), 0, 0));
                tries.put("HLEN wc", List.of("HLEN", keys.complaints(nobody)));
                tries.put("ZCARD wc", List.of("ZCARD", keys.complaints(nobody)));
                tries.put("EVAL", List.of("EVAL", "return 1", 0));
                tries.put("PUBLISH h", List.of("PUBLISH", keys.hintOfAll() + ":" + nobody, ""));
            }
            case OPERATOR -> {
                tries.put("HDEL o", List.of("HDEL", keys.decisions(), nobody));
                tries.put("HDEL oa", List.of("HDEL", keys.placeDecisions(), nobody));
                tries.put("HDEL rules", List.of("HDEL", keys.rules(), nobody));
                tries.put("HDEL settings", List.of("HDEL", keys.settings(), nobody));
                tries.put("XADD g", List.of("XADD", keys.logOfAll() + ":" + nobody, "NOMKSTREAM", "*", "u", nobody));
                tries.put("PUBLISH h", List.of("PUBLISH", keys.hintOfAll() + ":" + nobody, ""));
            }
        }
        List<String> missing = new ArrayList<>();
        for (Map.Entry<String, List<Object>> one : tries.entrySet()) {
            List<Object> parts = one.getValue();
            try {
                connection.call(
                        parts.get(0).toString(), parts.subList(1, parts.size()).toArray());
            } catch (RedisError e) {
                if (e.ofTheServer()) {
                    throw e;
                }
                if (e.code().equals("NOPERM")) {
                    missing.add(one.getKey());
                } else if (e.isWrongType() && !foreign.contains(e.getMessage())) {
                    foreign.add(e.getMessage());
                }
            }
        }
        return missing;
    }
}
