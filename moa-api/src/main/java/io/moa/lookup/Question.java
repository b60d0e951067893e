package io.moa.lookup;

import java.util.List;

/**
 * What a follower has, and how long it is ready to wait for more. Immutable. What is left out in JSON is empty or 0.
 *
 * @param follower names the one who asks; a second question of the same follower ends the first. Empty: not said
 * @param edition whose revisions these are, as {@link Knowledge#edition()} said; any other one makes them 0
 * @param waitMillis how long to wait for news; less than 0 is 0, and more than the lookup allows is what it allows
 * @param services what is followed
 */
public record Question(String follower, String edition, long waitMillis, List<Held> services) {

    public Question {
        follower = follower == null ? "" : follower; // absent in JSON
        edition = edition == null ? "" : edition;
        services = services == null ? List.of() : List.copyOf(services);
    }

    /**
     * What a follower has of one service. Immutable.
     *
     * @param service which
     * @param revision the revision that it has; 0 for nothing. One that the lookup never had counts as 0
     * @param after if the last answer was a part: what its {@link ServiceNews#next()} said; else empty
     */
    public record Held(String service, long revision, String after) {

        public Held {
            service = service == null ? "" : service; // absent in JSON
            after = after == null ? "" : after;
        }
    }
}
