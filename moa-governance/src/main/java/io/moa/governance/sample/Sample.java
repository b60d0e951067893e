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
 */
public record Sample(ServiceId service, MethodId method, CallFacts facts) {

    /** So many characters of a call key or an attachment are kept. */
    public static final int MAX_CHARS = 64;

    static Sample of(Invocation call) {
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
                        shortened(whole.attachments())));
    }

    private static Map<String, String> shortened(Map<String, String> texts) {
        Map<String, String> shorter = new HashMap<>();
        texts.forEach((name, value) ->
                shorter.put(name, value.length() <= MAX_CHARS ? value : value.substring(0, MAX_CHARS)));
        return shorter;
    }
}
