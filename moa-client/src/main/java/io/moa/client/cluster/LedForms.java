package io.moa.client.cluster;

import io.moa.discovery.ServiceId;
import io.moa.invoke.MethodId;
import io.moa.protocol.frame.CallHeader;
import io.moa.transport.WireForm;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

/**
 * The encoded names of the methods of one service, for calls that rules lead there: the stub that made such a call has encoded another
 * service's name. Each is encoded once. Safe for many threads.
 */
final class LedForms {

    /** So many are remembered; names of methods may come out of users' hands, as at a gateway. */
    static final int REMEMBERED = 1_000;

    private final ServiceId service;
    private final Map<MethodId, WireForm> forms = new ConcurrentHashMap<>();

    LedForms(ServiceId service) {
        this.service = service;
    }

    /** The form of a method's calls here, whose arguments are in the same bytes as there. */
    WireForm of(MethodId method, WireForm there) {
        WireForm known = forms.get(method);
        if (known != null && known.serializer() == there.serializer()) {
            return known;
        }
        WireForm fresh = new WireForm(CallHeader.encodeTarget(service, method, there.serializer()), there.serializer());
        if (known == null && forms.size() < REMEMBERED) {
            forms.put(method, fresh);
        }
        return fresh;
    }

    /** How many are remembered. */
    int remembered() {
        return forms.size();
    }
}
