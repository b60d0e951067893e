package io.moa.testkit.topology;

import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;

/** The way between two nodes, both directions: how long it takes, whether it is cut, and the connections on it. */
final class Path {

    private final Loop loop;
    private final Chance chance;
    private final Set<NetworkConnection> connections = new LinkedHashSet<>();
    private Duration least;
    private Duration most;
    private boolean cut;
    private int cuts; // tells one cut from the next

    Path(Loop loop, Chance chance, Duration least, Duration most) {
        this.loop = loop;
        this.chance = chance;
        this.least = least;
        this.most = most;
    }

    boolean isCut() {
        return cut;
    }

    /** How long what leaves now is on its way. */
    long delayNanos() {
        return chance.between(least, most);
    }

    void delay(Duration atLeast, Duration atMost) {
        least = atLeast;
        most = atMost;
    }

    void add(NetworkConnection connection) {
        connections.add(connection);
        if (cut) {
            watch(connection);
        }
    }

    void remove(NetworkConnection connection) {
        connections.remove(connection);
    }

    void cut() {
        if (!cut) {
            cut = true;
            cuts++;
            List.copyOf(connections).forEach(this::watch);
        }
    }

    /** A peer that answers nothing is given up when its heartbeats have been missing for too long. */
    private void watch(NetworkConnection connection) {
        int during = cuts;
        long silence = connection.silenceLimitNanos() + chance.nextLong(connection.heartbeatNanos());
        loop.schedule(
                () -> {
                    if (cut && cuts == during) {
                        connection.lose("nothing was heard from it for "
                                + Duration.ofNanos(silence).toMillis() + " ms");
                    }
                },
                silence);
    }

    void heal() {
        if (cut) {
            cut = false;
            List.copyOf(connections).forEach(NetworkConnection::resume);
        }
    }

    /** Breaks every connection, as a reset does. */
    void reset(String why) {
        new ArrayList<>(connections).forEach(connection -> connection.lose(why));
    }
}
