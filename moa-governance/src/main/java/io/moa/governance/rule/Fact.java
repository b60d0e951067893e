package io.moa.governance.rule;

import io.moa.invoke.Criticality;
import io.moa.invoke.Invocation;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/**
 * One thing that a rule may ask of a call. Reading it allocates nothing. Immutable.
 *
 * @param kind which thing
 * @param name of the call key or the attachment; empty for the others
 */
public record Fact(Kind kind, String name) {

    /** What can be asked. */
    public enum Kind {
        /** The method's name. */
        METHOD("method"),
        /** The name of the calling application. */
        CALLER("caller"),
        /** The lane of the call. */
        TAG("tag"),
        /** Whether the call is load-test traffic: {@code true} or {@code false}, never absent. */
        LOAD_TEST("load-test"),
        /** How much a refusal hurts: {@code critical-plus}, {@code critical}, {@code sheddable-plus}, {@code sheddable}. */
        CRITICALITY("criticality"),
        /** A value out of the arguments. */
        KEY("key."),
        /** A text that travels with the call. */
        ATTACHMENT("attachment.");

        private final String text;

        Kind(String text) {
            this.text = text;
        }

        /** How it is written; a name follows if it ends with a point. */
        String text() {
            return text;
        }

        boolean isNamed() {
            return text.endsWith(".");
        }
    }

    /** The name of the calling application. */
    public static final Fact CALLER = new Fact(Kind.CALLER, "");

    /** The lane of the call. */
    public static final Fact TAG = new Fact(Kind.TAG, "");

    private static final String[] CRITICALITIES = new String[Criticality.values().length];

    static {
        for (Criticality each : Criticality.values()) {
            CRITICALITIES[each.ordinal()] = each.name().toLowerCase(Locale.ROOT).replace('_', '-');
        }
    }

    /** All values that it can have; null if there can be any. */
    @Nullable
    List<String> possible() {
        return switch (kind) {
            case LOAD_TEST -> List.of("true", "false");
            case CRITICALITY -> List.of(CRITICALITIES);
            default -> null;
        };
    }

    /** The fact that is written so; null if there is none. */
    static @Nullable Fact of(String text) {
        for (Kind kind : Kind.values()) {
            if (kind.isNamed()
                    ? text.startsWith(kind.text())
                            && text.length() > kind.text().length()
                    : text.equals(kind.text())) {
                return new Fact(kind, text.substring(kind.text().length()));
            }
        }
        return null;
    }

    /** Its value in a call; null if the call does not say. */
    public @Nullable String of(Invocation call) {
        return switch (kind) {
            case METHOD -> call.method().name();
            case CALLER -> said(call.caller().application());
            case TAG -> said(call.baggage().tag());
            case LOAD_TEST -> call.baggage().loadTest() ? "true" : "false";
            case CRITICALITY -> CRITICALITIES[call.baggage().criticality().ordinal()];
            case KEY -> call.callKeys().get(name);
            case ATTACHMENT -> call.baggage().attachments().get(name);
        };
    }

    private static @Nullable String said(@Nullable String text) {
        return text == null || text.isEmpty() ? null : text;
    }

    @Override
    public String toString() {
        return kind.text() + name;
    }
}
