package io.moa.governance.rule;

import io.moa.discovery.ServiceId;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * What an operator has decided for a service, or for several. It is data: a {@link PolicyRule} sets values for methods, a {@link
 * RouteRule} says where calls go, a {@link FaultRule} fails some on purpose. {@link RuleReader} makes it from plain values and checks it. Immutable.
 */
public sealed interface Rule permits PolicyRule, RouteRule, FaultRule {

    /** The key under which it is stored. */
    String id();

    /** The services that it is for, as {@code [group/]name[:version]}. */
    Matcher service();

    /** The calling applications that it is for; null for all. */
    @Nullable
    Matcher callers();

    /** In which processes it is in force. */
    Rollout rollout();

    /** Whether it is in force anywhere. */
    boolean enabled();

    /** For people; empty if nothing is said. */
    String note();

    /** Its form, as {@link RuleReader} reads it. What has its default is left out. */
    Map<String, Object> toPlain();

    /** Whether it is for a service. */
    default boolean isFor(ServiceId asked) {
        return service().matches(asked.toString());
    }

    /** Why it is not in force in a process, for people; null if it is. */
    default @Nullable String whyNot(LocalProcess process) {
        return enabled() ? rollout().whyNot(id(), process) : "it is not enabled";
    }
}
