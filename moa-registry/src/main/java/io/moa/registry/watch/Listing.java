package io.moa.registry.watch;

import io.moa.discovery.Liveness;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * What is registered and what is marked, at one moment. Immutable.
 *
 * @param revisions uuid → the revision of its record; another revision means that the record must be read again
 * @param marks uuid → the mark, for those that have one; never {@link Liveness#ONLINE}
 */
public record Listing(Map<String, Long> revisions, Map<String, Liveness> marks) {

    public Listing {
        revisions = Collections.unmodifiableMap(new LinkedHashMap<>(revisions));
        marks = Collections.unmodifiableMap(new LinkedHashMap<>(marks));
    }
}
