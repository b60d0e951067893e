package io.moa.registry.redis;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;

/**
 * Where an operator changes rules and release settings. Each change goes with its author into a history of the last
 * {@value #HISTORY}, and may say on which version it builds, so that two people do not undo each other's work unseen.
 *
 * <p>Every future completes on the link's thread; what cannot be done comes as {@link RegistryUnavailableException}. Safe for
 * many threads.
 */
public final class RuleDesk {

    /** How many changes the history holds. */
    public static final int HISTORY = 50;

    static final String RULE = "rule";
    static final String RULES = "rules";
    private static final String SETTING = "setting";

    /** The longest name of a rule or a setting, in characters. */
    static final int MAX_NAME = 200;

    private final RedisLink link;
    private final RedisKeys keys;

    /** A desk over a link, which whoever opened it closes. */
    public RuleDesk(RedisLink link) {
        this.link = link;
        this.keys = link.keys();
    }

    /**
     * Sets or replaces a rule. Where the rules are {@linkplain StoredRules#lost() lost}, the history says first that there are none.
     *
     * @param id 1 to 200 characters
     * @param text at most 64 KiB
     * @param expectedVersion the version that the author has seen, empty for "nothing yet"; null to overwrite whatever is there
     * @param author who does it, for the history
     * @return the new version, or empty if the version is another by now and nothing was changed; fails with {@link
     *     IllegalArgumentException} if there would be more than 2,000 rules, or 4 MiB of them, of which no process would take any
     * @throws IllegalArgumentException if id or text is too long or empty
     */
    public CompletableFuture<String> putRule(String id, String text, @Nullable String expectedVersion, String author) {
        return change(RULE, keys.rules(), id, checked(id, text), expectedVersion, author);
    }

    /** Takes a rule away; otherwise as {@link #putRule}. */
    public CompletableFuture<String> removeRule(String id, @Nullable String expectedVersion, String author) {
        return change(RULE, keys.rules(), id, null, expectedVersion, author);
    }

    /**
     * Sets or replaces several rules in one change, which processes take as a whole; others stay. The history has an entry for each,
     * so that each can be rolled back alone; of more than {@value #HISTORY} it holds the last. Otherwise as {@link #putRule}.
     *
     * @param texts the rules by id, at least one
     * @return the new version: that of the last entry
     * @throws IllegalArgumentException if there is none, or an id or text is too long or empty
     */
    public CompletableFuture<String> putRules(
            Map<String, String> texts, @Nullable String expectedVersion, String author) {
        if (texts.isEmpty()) {
            throw new IllegalArgumentException("There is no rule to put; removeAllRules takes all away");
        }
        Map<String, @Nullable String> edits = new TreeMap<>();
        texts.forEach((id, text) -> edits.put(id, checked(id, text)));
        return change(RULE, keys.rules(), edits, expectedVersion, author);
    }

    /**
     * Takes all rules away in one change; release settings stay. Where there is none, the history says so: a registry that has lost
     * its rules takes nothing back from processes, until somebody has said that there are no rules. Otherwise as {@link #putRule}.
     */
    public CompletableFuture<String> removeAllRules(@Nullable String expectedVersion, String author) {
        return link.ask(connection -> {
            if (!watches(connection, expectedVersion == null ? version(connection) : expectedVersion)) {
                return "";
            }
            Map<String, @Nullable String> edits = new TreeMap<>();
            Replies.texts(connection.call("HKEYS", keys.rules())).forEach(id -> edits.put(id, null));
            List<RedisCommand> commands = commands(RULE, keys.rules(), edits, author);
            if (edits.isEmpty()) {
                commands.add(entry(RULES, "all", null, author));
            }
            return make(connection, commands);
        });
    }

    /** Sets or replaces a release setting; otherwise as {@link #putRule}. */
    public CompletableFuture<String> putSetting(
            String name, String value, @Nullable String expectedVersion, String author) {
        return change(SETTING, keys.settings(), name, checked(name, value), expectedVersion, author);
    }

    /** Takes a release setting away; otherwise as {@link #putRule}. */
    public CompletableFuture<String> removeSetting(String name, @Nullable String expectedVersion, String author) {
        return change(SETTING, keys.settings(), name, null, expectedVersion, author);
    }

    /** The version in force; empty if nothing was ever changed. */
    public CompletableFuture<String> version() {
        return link.ask(this::version);
    }

    /** All rules and settings, as they stand at one version. */
    public CompletableFuture<StoredRules> stored() {
        return link.ask(connection -> {
            List<@Nullable Object> answers = connection.transaction(List.of(
                    RedisCommand.of("HGETALL", keys.rules()),
                    RedisCommand.of("HGETALL", keys.settings()),
                    RedisCommand.of("XREVRANGE", keys.ruleLog(), "+", "-", "COUNT", 1)));
            if (answers == null) {
                throw new RedisError("ERR nothing was watched, and yet the reading was refused");
            }
            String top = FollowedService.topOf(answers.get(2));
            Set<String> tooLong = new TreeSet<>();
            return new StoredRules(
                    top == null ? "" : top,
                    texts(answers.get(0), tooLong),
                    texts(answers.get(1), tooLong),
                    tooLong,
                    lost(connection, answers.get(0), top));
        });
    }

    /**
     * Which rules are lost: those that the log names as put, where there is no rule at all.
     *
     * @param stored all that there are
     * @param version at which they were read; null if there was no change
     */
    private Set<String> lost(RedisConnection connection, @Nullable Object stored, @Nullable String version)
            throws IOException {
        if (version == null || !Replies.list(stored).isEmpty()) {
            return Set.of();
        }
        return RuleLog.standing(connection.call("XREVRANGE", keys.ruleLog(), version, "-", "COUNT", HISTORY));
    }

    private static Map<String, String> texts(@Nullable Object answer, Set<String> tooLong) {
        List<@Nullable Object> parts = Replies.list(answer);
        Map<String, String> texts = new TreeMap<>();
        for (int i = 0; i + 1 < parts.size(); i += 2) {
            String name = String.valueOf(Replies.text(parts.get(i)));
            byte[] text = Replies.bytes(parts.get(i + 1));
            if (text == null || text.length > RedisRules.MAX_TEXT || name.length() > MAX_NAME) {
                tooLong.add(name);
            } else {
                texts.put(name, new String(text, StandardCharsets.UTF_8));
            }
        }
        return texts;
    }

    /** The last changes, newest first. */
    public CompletableFuture<List<RuleChange>> history() {
        return link.ask(connection -> {
            List<RuleChange> changes = new ArrayList<>();
            for (Object item : Replies.list(connection.call("XREVRANGE", keys.ruleLog(), "+", "-", "COUNT", HISTORY))) {
                List<@Nullable Object> parts = Replies.list(item);
                List<String> fields = Replies.texts(parts.get(1));
                changes.add(new RuleChange(
                        String.valueOf(Replies.text(parts.get(0))),
                        String.valueOf(field(fields, "kind")),
                        String.valueOf(field(fields, "name")),
                        field(fields, "text"),
                        String.valueOf(field(fields, "author"))));
            }
            return changes;
        });
    }

    static @Nullable String field(List<String> fields, String name) {
        for (int i = 0; i + 1 < fields.size(); i += 2) {
            if (fields.get(i).equals(name)) {
                return fields.get(i + 1);
            }
        }
        return null;
    }

    private CompletableFuture<String> change(
            String kind,
            String key,
            String name,
            @Nullable String text,
            @Nullable String expectedVersion,
            String author) {
        Map<String, @Nullable String> edit = new TreeMap<>();
        edit.put(name, text);
        return change(kind, key, edit, expectedVersion, author);
    }

    /** @param edits what becomes of each name; null for taken away */
    private CompletableFuture<String> change(
            String kind,
            String key,
            Map<String, @Nullable String> edits,
            @Nullable String expectedVersion,
            String author) {
        return link.ask(connection -> {
            List<RedisCommand> commands = new ArrayList<>();
            if (edits.values().stream().anyMatch(Objects::nonNull)) {
                Object stored = connection.call("HGETALL", key);
                checkRoom(kind, edits, stored);
                if (kind.equals(RULE)
                        && !lost(connection, stored, topOf(connection)).isEmpty()) {
                    // From here on they are gone: who reads the log is not to miss them once more.
                    commands.add(entry(RULES, "all", null, author));
                }
            }
            if (expectedVersion != null && !watches(connection, expectedVersion)) {
                return "";
            }
            commands.addAll(commands(kind, key, edits, author));
            return make(connection, commands);
        });
    }

    /** Makes the next transaction fail if there is another change; false if there was one already. */
    private boolean watches(RedisConnection connection, String expectedVersion) throws IOException {
        connection.call("WATCH", keys.ruleLog());
        if (version(connection).equals(expectedVersion)) {
            return true;
        }
        connection.call("UNWATCH");
        return false;
    }

    private List<RedisCommand> commands(String kind, String key, Map<String, @Nullable String> edits, String author) {
        List<RedisCommand> commands = new ArrayList<>();
        edits.forEach((name, text) -> {
            commands.add(text == null ? RedisCommand.of("HDEL", key, name) : RedisCommand.of("HSET", key, name, text));
            commands.add(entry(kind, name, text, author));
        });
        return commands;
    }

    private RedisCommand entry(String kind, String name, @Nullable String text, String author) {
        List<String> entry = new ArrayList<>(List.of("kind", kind, "name", name, "author", author));
        if (text != null) {
            entry.addAll(List.of("text", text));
        }
        return RedisCommand.of("XADD", keys.ruleLog(), "MAXLEN", HISTORY, "*", entry);
    }

    /** Does all of it or nothing, the last of it an entry of the history, whose version this returns; empty for nothing. */
    private String make(RedisConnection connection, List<RedisCommand> commands) throws IOException {
        commands.add(RedisCommand.of("PUBLISH", keys.ruleHint(), ""));
        List<@Nullable Object> done = connection.transaction(commands);
        return done == null ? "" : String.valueOf(Replies.text(done.get(done.size() - 2)));
    }

    private static void checkRoom(String kind, Map<String, @Nullable String> edits, @Nullable Object stored) {
        Map<String, String> all = texts(stored, new TreeSet<>());
        edits.forEach((name, text) -> {
            if (text == null) {
                all.remove(name);
            } else {
                all.put(name, text);
            }
        });
        long bytes = 0;
        for (String each : all.values()) {
            bytes += each.getBytes(StandardCharsets.UTF_8).length;
        }
        if (all.size() > RedisRules.MAX_COUNT || bytes > RedisRules.MAX_ALL) {
            throw new IllegalArgumentException("With " + named(edits) + " there would be " + all.size() + " " + kind
                    + "s of " + bytes + " bytes; processes take up to " + RedisRules.MAX_COUNT + " of "
                    + RedisRules.MAX_ALL + " bytes together, and nothing of more");
        }
    }

    private static String named(Map<String, @Nullable String> edits) {
        return edits.size() == 1 ? edits.keySet().iterator().next() : "these " + edits.size();
    }

    private String version(RedisConnection connection) throws IOException {
        String top = topOf(connection);
        return top == null ? "" : top;
    }

    private @Nullable String topOf(RedisConnection connection) throws IOException {
        return FollowedService.topOf(connection.call("XREVRANGE", keys.ruleLog(), "+", "-", "COUNT", 1));
    }

    private static String checked(String name, String text) {
        if (name.isEmpty() || name.length() > MAX_NAME) {
            throw new IllegalArgumentException(
                    "The name of a rule or setting has 1 to " + MAX_NAME + " characters, not " + name.length());
        }
        int bytes = text.getBytes(StandardCharsets.UTF_8).length;
        if (bytes > RedisRules.MAX_TEXT) {
            throw new IllegalArgumentException("The text of " + name + " has " + bytes + " bytes; up to "
                    + RedisRules.MAX_TEXT + " are taken: split the rule");
        }
        return text;
    }
}
