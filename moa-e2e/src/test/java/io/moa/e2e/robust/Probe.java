package io.moa.e2e.robust;

import io.moa.invoke.CallScope;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

/**
 * An argument that looks around while it is decoded. That happens on the worker, before the call has its scope: what is there
 * then was left behind by an earlier call.
 *
 * @param number does not matter
 */
public record Probe(int number) {

    /** What each thread had, by its name. */
    static final Map<String, String> FOUND = new ConcurrentHashMap<>();

    public Probe {
        FOUND.put(Thread.currentThread().getName(), String.valueOf(CallScope.current()));
    }
}
