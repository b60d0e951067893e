package io.moa.governance.route;

import io.moa.discovery.ServiceId;
import io.moa.governance.balance.CandidateSet;
import io.moa.governance.rule.RoutedRule;
import io.moa.invoke.Attributes;
import io.moa.invoke.Invocation;
import org.jspecify.annotations.Nullable;

/** What the rules say of a call. Immutable. */
public sealed interface Route {

    /**
     * It goes to one of these.
     *
     * @param candidates of whom one is picked; empty only if the plan has nobody at all
     * @param mirror to one of whom a copy goes, whose reply is ignored; null for no copy, and never empty
     */
    record To(CandidateSet candidates, @Nullable CandidateSet mirror) implements Route {}

    /**
     * It goes on at another service, and by that service's rules.
     *
     * @param rule which leads it there
     * @param from which service it was made to
     * @param service where it goes on
     */
    record Redirected(RoutedRule rule, ServiceId from, ServiceId service) implements Route {

        /** Under this key stands in a call how it came from another service; no rule leads such a call on once more. */
        public static final Attributes.Key<Redirected> KEY = new Attributes.Key<>("led by a rule");

        /**
         * A call as it goes on there.
         *
         * @param attributes what other stages know of it there
         */
        public Invocation lead(Invocation call, Attributes attributes) {
            return call.toBuilder()
                    .service(service)
                    .attributes(attributes.with(KEY, this))
                    .build();
        }

        /** For people: "led to shop.Stock:2 from shop.Stock by rule canary, revision 17". */
        @Override
        public String toString() {
            return "led to " + service + " from " + from + " by " + rule.name();
        }
    }

    /**
     * A rule refuses it.
     *
     * @param rule which
     * @param reason for people
     */
    record Denied(RoutedRule rule, String reason) implements Route {}

    /**
     * A rule leaves nobody, or leads to a service that nobody offers, and wants it to be refused then.
     *
     * @param rule which
     * @param before how many there were
     */
    record Nobody(RoutedRule rule, int before) implements Route {

        /** What the rule does, for people, as a part of a sentence. */
        public String why() {
            return rule.target() == null
                    ? "as it leaves none of " + before + " candidates"
                    : "as it leads to " + rule.target() + ", which nobody offers";
        }
    }

    /**
     * A rule answers it, and nobody is called.
     *
     * @param rule which
     * @param value a plain value: null, a text, a number, a boolean, a list or a map of such
     */
    record Answered(RoutedRule rule, @Nullable Object value) implements Route {}
}
