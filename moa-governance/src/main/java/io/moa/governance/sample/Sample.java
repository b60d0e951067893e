package io.moa.governance.sample;

import io.moa.discovery.ServiceId;
import io.moa.invoke.Invocation;
import io.moa.invoke.MethodId;
import java.util.HashMap;
import java.util.Map;

/**
 * What is kept of one call: neither arguments nor results. Immutable.
 *
 * @param service which service was called
 * @param method which method of it
 * @param facts what rules may have asked of it; call keys and attachments up to {@value #MAX_CHARS} characters each
 * @param beganNanos when it began, by the ticker of its process
 * @param calls for how many calls it stands on average, being one of so many drawn by chance; 1 if it was kept as all were
 * @param ending how it ended
 */
public record Sample(ServiceId service, MethodId method, CallFacts facts, long beganNanos, int calls, Ending ending) {

    /** So many characters of a call key or an attachment are kept. */
    public static final int MAX_CHARS = 64;

    /** One of which it is not known how it ends. */
    static Sample of(Invocation call, long beganNanos, int calls) {
        CallFacts whole = CallFacts.of(call);
        return new Sample(
                call.service(),
                call.method(),
                new CallFacts(
                        whole.caller(),
                        whole.tag(),
                        whole.loadTest(),
                        whole.criticality(),
                        shortened(whole.callKeys()),
                        shortened(whole.attachments())),
                beganNanos,
                calls,
                Ending.REFUSED);
    }

    /** The same call, ended so. */
    Sample ending(Ending other) {
        return new Sample(service, method, facts, beganNanos, calls, other);
    }

    private static Map<String, String> shortened(Map<String, String> texts) {
        Map<String, String> shorter = new HashMap<>();
        texts.forEach((name, value) ->
                shorter.put(name, value.length() <= MAX_CHARS ? value : value.substring(0, MAX_CHARS)));
        return shorter;
    }
}
