package io.moa.discovery;

import java.util.List;
import java.util.concurrent.CompletableFuture;

/**
 * Where processes share quotas: so many calls in a second of all of them together. Who takes part asks again and again, each time for what it
 * needs until it asks next, and is given calls that nobody else is given; so the sum holds whoever comes, goes, is slow or asks twice.
 *
 * <h2>Contract</h2>
 *
 * <ul>
 *   <li>In any stretch of time no more is given than the quota of that time and of a quarter of a second, or two calls if that is more.
 *   <li>Where all want less than the quota, each gets what it wants, and the rest is spread among all, so that who begins to be called finds
 *       something. Where they want more, it is shared by demand: who wants less than an equal share gets what it wants, and the others share the
 *       rest alike.
 *   <li>Who asks for the first time gets something at once or when it asks next. Who does not ask for three seconds is forgotten.
 *   <li>What was given and is neither used nor returned is lost.
 *   <li>If processes say different figures of a quota, what they get together lies between these.
 * </ul>
 *
 * <p>No method blocks. Safe for many threads. The test of this contract is {@code QuotaContract} in the test kit; every implementation runs it.
 */
public interface QuotaSource {

    /** So many quotas are asked of at once at most; what is beyond is asked of in further questions. */
    int MAX_ASKS = 100;

    /**
     * What one process says of one quota. Immutable.
     *
     * @param quota which: the same text in all processes that share it; 1 to 1,000 characters
     * @param member who asks: different for each that takes part; 1 to 64 letters and digits
     * @param perSecond the quota; 1 to 10,000,000
     * @param wanted how many calls of it in a second want to run there; 0 or more
     * @param held how many of the calls that it was given it has not used; negative if it used more
     * @param returned how many of the calls that it was given it gives back now; they are none of {@code held}
     */
    record Ask(String quota, String member, int perSecond, double wanted, long held, long returned) {}

    /**
     * What one process gets of one quota. Immutable.
     *
     * @param calls how many more calls it may make; negative for how many of those held it is to give back with its next question
     * @param members how many processes share the quota, 1 or more
     */
    record Share(long calls, int members) {}

    /**
     * Asks for the shares of several quotas.
     *
     * @param asks at most {@value #MAX_ASKS}
     * @return the shares, in the order of the questions; it fails if the place cannot be asked, within some seconds. Listeners run on a
     *     thread of the source's choosing, or on the one that asks; they must not block
     */
    CompletableFuture<List<Share>> ask(List<Ask> asks);
}
