package io.moa.node.lookup;

import io.moa.discovery.ServiceId;
import io.moa.lookup.Knowledge;
import io.moa.lookup.LookupState;
import io.moa.server.resp.RespLookup;

/** Tells clients of Redis what the lookup knows, out of its catalogue. Safe for many threads. */
final class RespAddresses implements RespLookup {

    private final LookupCatalogue catalogue;
    private final LookupService service;

    RespAddresses(LookupCatalogue catalogue, LookupService service) {
        this.catalogue = catalogue;
        this.service = service;
    }

    @Override
    public Found find(ServiceId wanted) {
        service.count();
        Knowledge knowledge =
                service.knowledge(LookupState.KNOWN); // first: what is read after it is not older than it says
        return switch (knowledge.state()) {
            case KNOWN -> {
                ServiceRows rows = catalogue.rows(wanted.toString());
                yield new Known(
                        knowledge.edition(),
                        rows.revision(),
                        Math.max(0, knowledge.ageMillis()),
                        knowledge.source(),
                        true,
                        rows.entries());
            }
            case LEAVING -> new NotNow("This lookup is closing: ask another copy, and keep the list that you have");
            case UNKNOWN, FULL ->
                new NotNow("This lookup's registry has not answered since it started, so it knows nothing: ask another"
                        + " copy, and keep the list that you have");
        };
    }
}
