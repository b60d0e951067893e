package io.moa.lookup;

import java.util.List;

/**
 * What is to be told of one service. Immutable.
 *
 * @param service which
 * @param revision the state of the service that this leads to; grows with every change, within one edition; 0 if unknown
 * @param whole whether {@code instances} is the list and not only what changed in it
 * @param instances those that are listed and new or changed, in the order of their uuids
 * @param gone uuids of those that are listed no more; empty if {@code whole}
 * @param goodbyes uuids, of {@code instances} and {@code gone}, of those that said themselves that they take no new calls;
 *     if {@code whole}, also the latest, at most 1,000, of those that left earlier
 * @param next if this is only a part: how to ask for the next one; else empty. What the parts of one list say may be of
 *     different moments: it is as of the first one's revision or later, so the revision to keep is the first one's
 */
public record ServiceNews(
        String service,
        long revision,
        boolean whole,
        List<LookupInstance> instances,
        List<String> gone,
        List<String> goodbyes,
        String next) {

    public ServiceNews {
        instances = List.copyOf(instances);
        gone = List.copyOf(gone);
        goodbyes = List.copyOf(goodbyes);
    }
}
