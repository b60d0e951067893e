package io.moa.node.doctor;

import io.moa.registry.redis.RedisCheckup;
import io.moa.registry.redis.RedisConfig;
import io.moa.registry.redis.RedisRole;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/** What a look at a Redis means for a registry there. */
public final class RegistryChecks {

    private static final long SLOW_NANOS = 100_000_000;
    private static final long WRONG_CLOCK_MILLIS = 1_000;
    private static final double FULL = 0.8;

    private RegistryChecks() {}

    /** The registry does not answer. */
    public static Finding away(RedisConfig config, String reason) {
        return Finding.fail(
                "registry",
                config.where() + " does not answer as it should: " + reason,
                "nobody is found or announced; what runs goes on with what it knows",
                "check the address, the password and what stands between here and there");
    }

    /** All that a look at Redis means. */
    public static List<Finding> of(RedisConfig config, RedisRole role, RedisCheckup found) {
        List<Finding> all = new ArrayList<>();
        all.add(version(found));
        all.add(latency(config, found));
        all.add(clock(found));
        all.add(memory(found));
        all.add(connections(found));
        all.add(keys(found));
        all.add(rights(role, found));
        return all;
    }

    private static Finding version(RedisCheckup found) {
        String what = "Redis " + found.info().getOrDefault("redis_version", "of unknown version") + " at "
                + found.master() + ", " + (found.role().isEmpty() ? "role unknown" : found.role());
        if (!found.role().isEmpty() && !found.role().equals("master")) {
            return Finding.fail(
                    "registry", what, "only a master takes announcements", "name the master, or the Sentinels");
        }
        String version = found.info().get("redis_version");
        if (version == null) {
            return unknown("registry", what, "INFO");
        }
        int major = number(version.split("\\.", 2)[0], 0);
        if (major < 5) {
            return Finding.fail("registry", what, "the registry needs streams, of Redis 5.0", "use 6.2 or later");
        }
        return major < 6
                ? Finding.warn("registry", what, "it knows no users; the tests run on 6.2 and 7.0", "use 6.2 or later")
                : Finding.ok("registry", what);
    }

    private static Finding latency(RedisConfig config, RedisCheckup found) {
        long p99 = found.pingNanos(0.99);
        String what = String.format(
                Locale.ROOT,
                "%d pings: p50 %.2f ms, p99 %.2f ms",
                found.pingNanos().size(),
                found.pingNanos(0.5) / 1e6,
                p99 / 1e6);
        if (p99 >= config.socketTimeout().toNanos() / 2) {
            return Finding.fail(
                    "latency",
                    what,
                    "an answer that takes " + config.socketTimeout().toMillis() + " ms counts as none",
                    "find what makes it slow (SLOWLOG GET, LATENCY DOCTOR), or give it a machine nearer by");
        }
        return p99 >= SLOW_NANOS
                ? Finding.warn(
                        "latency",
                        what,
                        "changes spread later, and a boot takes several answers",
                        "find what makes it slow (SLOWLOG GET, LATENCY DOCTOR), or give it a machine nearer by")
                : Finding.ok("latency", what);
    }

    private static Finding clock(RedisCheckup found) {
        Long ahead = found.clockAheadMillis();
        if (ahead == null) {
            return unknown("clocks", "Redis does not tell its time", "TIME");
        }
        String what =
                "Redis's clock is " + Math.abs(ahead) + " ms " + (ahead < 0 ? "behind" : "before") + " this host's";
        return Math.abs(ahead) < WRONG_CLOCK_MILLIS
                ? Finding.ok("clocks", what)
                : Finding.warn(
                        "clocks",
                        what,
                        "calls do not go by it, but warm-up of processes that were there before, and times in evidence, do",
                        "run a time service on both (chronyd, systemd-timesyncd)");
    }

    private static Finding memory(RedisCheckup found) {
        String policy = found.info().get("maxmemory_policy");
        String limit = found.info().get("maxmemory");
        if (policy == null || limit == null) {
            return unknown("memory", "what Redis forgets when its memory is full is not known", "INFO");
        }
        String what = "maxmemory " + (limit.equals("0") ? "none" : limit + " bytes") + ", policy " + policy;
        if (limit.equals("0") || policy.equals("noeviction")) {
            return Finding.ok("memory", what);
        }
        return Finding.fail(
                "memory",
                what,
                "when its memory is full it throws " + (policy.startsWith("volatile") ? "leases" : "records and leases")
                        + " away; processes write them again, and it throws others away",
                "CONFIG SET maxmemory-policy noeviction, or a Redis of its own for the registry");
    }

    private static Finding connections(RedisCheckup found) {
        String most = found.info().get("maxclients");
        String open = found.info().get("connected_clients");
        if (most == null || open == null) {
            return unknown("connections", "how many connections Redis takes is not known", "INFO");
        }
        int limit = number(most, Integer.MAX_VALUE);
        String what = open + " of maxclients " + most;
        return number(open, 0) >= limit * FULL
                ? Finding.warn(
                        "connections",
                        what,
                        "a process has two, and those that get none wait for one",
                        "raise maxclients, and the limit of open files of Redis; docs/operations.md has the arithmetic")
                : Finding.ok("connections", what);
    }

    private static Finding keys(RedisCheckup found) {
        return found.foreign().isEmpty()
                ? Finding.ok("keys", "nobody else has written under the registry's own keys, as far as can be tried")
                : Finding.fail(
                        "keys",
                        String.join("; ", found.foreign()),
                        "nothing that needs it can be read or written",
                        "remove it, or give this registry a prefix of its own; processes write theirs again by themselves");
    }

    private static Finding rights(RedisRole role, RedisCheckup found) {
        String name = role.name().toLowerCase(Locale.ROOT);
        return found.missing().isEmpty()
                ? Finding.ok("rights", "this user may do what a " + name + " does, as far as can be tried")
                : Finding.fail(
                        "rights",
                        "this user may not: " + String.join(", ", found.missing()),
                        "a " + name + " needs that",
                        "give it the rules of docs/registry.md, with the prefix of this registry");
    }

    private static Finding unknown(String subject, String what, String command) {
        return Finding.warn(
                subject,
                what,
                "this user may not run " + command,
                "let an administrator look once: ./moa doctor with a user that may");
    }

    private static int number(@Nullable String text, int otherwise) {
        return text != null && text.matches("[0-9]{1,9}") ? Integer.parseInt(text) : otherwise;
    }
}
