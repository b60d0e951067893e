package io.moa.registry.redis;

import io.moa.internal.UntrustedText;
import java.nio.charset.StandardCharsets;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Redis answered that it will not do something. Its text is Redis's own and holds no secret of ours. */
final class RedisError extends RuntimeException {

    private static final long serialVersionUID = 1;
    private static final int MAX_TEXT = 300;

    /**
     * Answers that speak about the server or the login, and not about one command: another connection may help. {@code TRYAGAIN}
     * is none: while a slot of a Cluster is on its way, commands with one key go on. Nor are {@code MISCONF}, {@code NOREPLICAS} and
     * {@code OOM}: they refuse what is written, and what is read goes on; that the master is elsewhere by now, Sentinels tell.
     */
    private static final Set<String> OF_THE_SERVER = Set.of(
            "LOADING",
            "READONLY",
            "MASTERDOWN",
            "NOAUTH",
            "WRONGPASS",
            "CLUSTERDOWN",
            "MOVED",
            "ASK",
            "BUSY",
            "UNBLOCKED");

    private final String code;

    RedisError(String text) {
        super(UntrustedText.shown(text, MAX_TEXT)); // it may repeat keys that others wrote
        int blank = text.indexOf(' ');
        this.code = blank < 0 ? text : text.substring(0, blank);
    }

    /** The first word of the answer, such as {@code LOADING}. */
    String code() {
        return code;
    }

    /** Whether somebody else has written under the key. */
    boolean isWrongType() {
        return code.equals("WRONGTYPE");
    }

    /** The same, said of a key. */
    RedisError at(byte[] key) {
        return new RedisError(
                getMessage() + ": " + new String(key, StandardCharsets.UTF_8)
                        + ", under which MOA keeps something else; see what it is (TYPE), and remove it (DEL) if it is nobody's");
    }

    /** Whether nothing else on this connection will go better. */
    boolean ofTheServer() {
        return OF_THE_SERVER.contains(code) || String.valueOf(getMessage()).contains("max number of clients");
    }

    /** Where {@code ASK} points, as host:port, perhaps without the host; null for every other answer. */
    @Nullable
    String askAt() {
        return target("ASK");
    }

    /** Where {@code MOVED} points, as host:port, perhaps without the host; null for every other answer. */
    @Nullable
    String movedTo() {
        return target("MOVED");
    }

    /** Whether Redis takes nothing that needs room. */
    boolean isOutOfMemory() {
        return code.equals("OOM");
    }

    /** Whether a stream takes no entry ever again. */
    boolean isLogExhausted() {
        return String.valueOf(getMessage()).contains("exhausted the last possible ID");
    }

    private @Nullable String target(String answer) {
        String[] words = String.valueOf(getMessage()).split(" ");
        return words.length == 3 && words[0].equals(answer) ? words[2] : null;
    }
}
