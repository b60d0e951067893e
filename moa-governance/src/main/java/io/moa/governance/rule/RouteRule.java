package io.moa.governance.rule;

import io.moa.discovery.ServiceId;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Says where the calls go that it matches. Immutable.
 *
 * @param priority those with a greater one come first; -10,000 to 10,000, default 0
 * @param when what is asked of a call; all of it must be true
 * @param action what follows
 */
public record RouteRule(
        String id,
        Matcher service,
        int priority,
        @Nullable Matcher callers,
        List<Condition> when,
        Rollout rollout,
        boolean enabled,
        String note,
        Action action)
        implements Rule {

    public RouteRule {
        when = List.copyOf(when);
    }

    /** What a rule does with a call. */
    public sealed interface Action {

        /** By whose value it is chosen what becomes of a call; null for by lot, or if nothing is chosen. */
        default @Nullable Fact sticky() {
            return null;
        }

        /** Whether a call is refused for which nobody is left; else the rule is passed over. */
        default boolean refuse() {
            return false;
        }
    }

    /**
     * The call goes to some of those to whom it could go.
     *
     * @param to the destinations, of which one is chosen
     * @param sticky by whose value one is chosen; null for by lot
     * @param refuse whether a call is refused for which nobody is left; else the rule is passed over
     * @param mirror where a copy goes; null for nowhere
     */
    public record Narrow(
            List<Destination> to,
            @Nullable Fact sticky,
            boolean refuse,
            @Nullable Mirror mirror) implements Action {
        public Narrow {
            to = List.copyOf(to);
        }
    }

    /**
     * The call goes on at another service, by that service's rules, none of which leads it on once more. What is decided about its
     * method stays as it is.
     *
     * @param service where it goes on; another one than it was made to
     * @param percent how many calls are led there
     * @param sticky by whose value it is chosen which ones; null for by lot
     * @param refuse whether a call is refused if nobody offers that service; else the rule is passed over
     */
    public record Redirect(
            ServiceId service, Percent percent, @Nullable Fact sticky, boolean refuse) implements Action {}

    /**
     * The call is refused.
     *
     * @param reason for people
     */
    public record Deny(String reason) implements Action {}

    /**
     * The call is answered without calling anybody.
     *
     * @param value a plain value; whoever makes a reply of it knows what it means
     */
    public record Answer(@Nullable Object value) implements Action {}

    /**
     * Where calls may go.
     *
     * @param where to whom
     * @param share its part of the calls, relative to the others; 0 to 10,000, default 100; 0 for none
     */
    public record Destination(Where where, int share) {
        static final int DEFAULT_SHARE = 100;
    }

    /**
     * Where copies go. Their replies are ignored.
     *
     * @param where to whom
     * @param percent of how many calls
     */
    public record Mirror(Where where, Percent percent) {}

    @Override
    public Map<String, Object> toPlain() {
        Map<String, Object> plain = new LinkedHashMap<>();
        plain.put("kind", "route");
        plain.put("service", service.toPlain());
        if (priority != 0) {
            plain.put("priority", priority);
        }
        if (!when.isEmpty()) {
            plain.put("when", RulePlain.of(when));
        }
        if (action instanceof Deny deny) {
            plain.put("deny", deny.reason());
        } else if (action instanceof Answer answer) {
            plain.put("answer", answer.value());
        } else if (action instanceof Redirect redirect) {
            plain.put("redirect", plainOf(redirect));
        } else if (action instanceof Narrow narrow) {
            putNarrow(plain, narrow);
        }
        if (action.sticky() != null) {
            plain.put("sticky", action.sticky().toString());
        }
        if (action.refuse()) {
            plain.put("otherwise", "refuse");
        }
        RulePlain.putCommon(plain, this);
        return plain;
    }

    private static void putNarrow(Map<String, Object> plain, Narrow narrow) {
        plain.put(
                "to",
                narrow.to().stream()
                        .map(each -> Map.of("where", each.where().toPlain(), "share", each.share()))
                        .toList());
        if (narrow.mirror() != null) {
            plain.put(
                    "mirror",
                    Map.of(
                            "where",
                            narrow.mirror().where().toPlain(),
                            "percent",
                            narrow.mirror().percent().toPlain()));
        }
    }

    private static Map<String, Object> plainOf(Redirect redirect) {
        Map<String, Object> plain = new LinkedHashMap<>();
        plain.put("service", redirect.service().toString());
        if (!redirect.percent().equals(Percent.ALL)) {
            plain.put("percent", redirect.percent().toPlain());
        }
        return plain;
    }
}
