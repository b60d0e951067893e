package io.moa.agent;

import static org.assertj.core.api.Assertions.assertThat;

import io.moa.discovery.ServiceId;
import io.moa.governance.policy.MethodPolicy;
import io.moa.governance.policy.Origin;
import io.moa.invoke.MethodId;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class AnnouncedPoliciesTest {

    private static final ServiceId SERVICE = ServiceId.of("shop.Till");
    private static final MethodPolicy PLAIN = MethodPolicy.DEFAULT;
    private static final MethodPolicy REPEATED =
            MethodPolicy.ofPlain(Map.of("idempotent", List.of(true, Origin.ANNOTATION.label(), "")));

    private final AnnouncedPolicies policies = new AnnouncedPolicies();

    @Test
    void aMethodIsFoundWithItsTypesAndByTheirNumber() {
        policies.add(SERVICE, new MethodId("total", "(java.lang.String,int)"), REPEATED);
        assertThat(policies.of(SERVICE, new MethodId("total", "(java.lang.String,int)")))
                .isEqualTo(REPEATED);
        assertThat(policies.of(SERVICE, MethodId.untyped("total", 2))).isEqualTo(REPEATED);
        assertThat(policies.of(SERVICE, MethodId.untyped("total", 1))).isNull();
        assertThat(policies.of(ServiceId.of("shop.Other"), MethodId.untyped("total", 2)))
                .isNull();
    }

    @Test
    void ofSeveralThatSayDifferentThingsNoneIsGuessed() {
        policies.add(SERVICE, new MethodId("total", "(int)"), REPEATED);
        policies.add(SERVICE, new MethodId("total", "(java.lang.String)"), PLAIN);
        assertThat(policies.of(SERVICE, MethodId.untyped("total", 1))).isNull();
        assertThat(policies.of(SERVICE, new MethodId("total", "(int)"))).isEqualTo(REPEATED);
        policies.add(SERVICE, new MethodId("total", "(java.lang.String)"), REPEATED);
        assertThat(policies.of(SERVICE, MethodId.untyped("total", 1)))
                .as("by now they agree")
                .isEqualTo(REPEATED);
    }

    @Test
    void whatIsSaidLastHolds() {
        policies.add(SERVICE, new MethodId("total", "()"), PLAIN);
        policies.add(SERVICE, new MethodId("total", "()"), REPEATED);
        assertThat(policies.of(SERVICE, MethodId.untyped("total", 0))).isEqualTo(REPEATED);
    }
}
