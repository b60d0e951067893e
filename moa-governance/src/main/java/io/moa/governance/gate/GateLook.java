package io.moa.governance.gate;

import io.moa.invoke.Admission;

/**
 * How a gate would meet a call at one moment. It was looked at and not asked: nothing was counted. Immutable.
 *
 * @param how for people
 * @param refuses whether a call would be refused
 */
public record GateLook(String how, boolean refuses) {

    /** Of a gate that would say this. */
    static GateLook refused(Admission.Rejected no) {
        String when = no.retryAfterMillis() == 0 ? "" : " (come again after " + no.retryAfterMillis() + " ms)";
        return new GateLook(no.reason() + when, true);
    }

    @Override
    public String toString() {
        return how;
    }
}
