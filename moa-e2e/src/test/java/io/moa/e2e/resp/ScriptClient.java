package io.moa.e2e.resp;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import redis.clients.jedis.Jedis;
import redis.clients.jedis.exceptions.JedisConnectionException;
import redis.clients.jedis.exceptions.JedisDataException;

/** The algorithm of the reference clients in other languages, asking for addresses before every call. Not safe for threads. */
final class ScriptClient implements AutoCloseable {

    private static final int TIMEOUT_MILLIS = 30_000;

    private final List<Integer> lookups;
    private final Map<String, List<String>> lists = new HashMap<>();
    private final Map<String, Jedis> connections = new HashMap<>();

    /** How many times no copy of the lookup could say anything. */
    int unanswered;

    /** How many copies that were asked said that they know nothing now. */
    int ignorant;

    ScriptClient(Integer... lookups) {
        this.lookups = List.of(lookups);
    }

    /** Where a service is, as far as it is known. */
    List<String> addresses(String service) {
        List<Integer> copies = new ArrayList<>(lookups);
        Collections.shuffle(copies);
        for (int copy : copies) {
            try (Jedis jedis = new Jedis("127.0.0.1", copy, TIMEOUT_MILLIS)) {
                List<String> found = new ArrayList<>();
                for (Object each :
                        (List<?>) jedis.sendCommand(() -> "MOA.LOOKUP".getBytes(StandardCharsets.UTF_8), service)) {
                    found.add(new String((byte[]) each, StandardCharsets.UTF_8));
                }
                if (!found.isEmpty() || !lists.containsKey(service)) {
                    lists.put(service, found);
                }
                return lists.get(service);
            } catch (JedisDataException e) { // such as TRYAGAIN
                ignorant++;
            } catch (JedisConnectionException e) {
                continue; // another copy
            }
        }
        unanswered++;
        return lists.getOrDefault(service, List.of());
    }

    /** Calls, elsewhere too as long as the method has certainly not run. */
    String call(String service, String request) {
        List<String> there = new ArrayList<>(addresses(service));
        Collections.shuffle(there);
        Set<String> tried = new HashSet<>();
        for (String address : there) {
            tried.add(address);
            Jedis jedis = connections.get(address);
            if (jedis == null) {
                try {
                    jedis = new Jedis("127.0.0.1", port(address), TIMEOUT_MILLIS);
                    jedis.connect();
                } catch (JedisConnectionException e) {
                    continue; // nothing was sent
                }
                connections.put(address, jedis);
            }
            try {
                String reply = jedis.get(request);
                if (!reply.contains("\"executed\":\"no\"")) {
                    return reply;
                }
            } catch (JedisConnectionException e) { // it is idempotent
                jedis.close();
                connections.remove(address);
            }
        }
        throw new AssertionError("nobody answers of " + tried);
    }

    private static int port(String address) {
        return Integer.parseInt(address.substring(address.lastIndexOf(':') + 1));
    }

    @Override
    public void close() {
        connections.values().forEach(Jedis::close);
    }
}
