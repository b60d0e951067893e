package io.moa.client;

import io.moa.discovery.ServiceId;
import io.moa.governance.policy.MethodPolicy;
import io.moa.governance.policy.PolicyKey;
import io.moa.invoke.Attributes;
import io.moa.invoke.Deadline;
import io.moa.invoke.Invocation;
import io.moa.invoke.Ledger;
import io.moa.invoke.MethodId;
import io.moa.invoke.Payload;
import io.moa.invoke.Phase;
import io.moa.invoke.Ticker;
import java.time.Duration;

/** Calls as a stub makes them, for tests of what lies below. */
public final class Calls {

    public static final ServiceId SERVICE = ServiceId.of("x.Y");

    private Calls() {}

    /** A call with nothing in it that has so much time. */
    public static Invocation.Builder of(Ticker ticker, Duration time) {
        long now = ticker.nanos();
        return Invocation.of(SERVICE, MethodId.parse("z()"), Payload.EMPTY, new Ledger(Phase.CLIENT_QUEUE, now))
                .deadline(Deadline.after(time.toNanos(), now));
    }

    /** What a stub adds: the policy of the method. */
    public static Attributes policy(boolean idempotent, int attempts) {
        return Attributes.EMPTY.with(
                MethodPolicy.KEY,
                MethodPolicy.DEFAULT
                        .withCode(PolicyKey.IDEMPOTENT, idempotent, "")
                        .withCode(PolicyKey.ATTEMPTS, attempts, ""));
    }
}
