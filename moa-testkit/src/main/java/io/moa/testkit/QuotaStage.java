package io.moa.testkit;

import io.moa.discovery.QuotaSource;
import io.moa.invoke.Ticker;
import java.time.Duration;

/**
 * Where {@link QuotaContract} is played: one empty place of quotas for one test, its time, and the hand of fate upon it.
 *
 * <p>Closing closes every source that was opened here and takes the place away.
 */
public interface QuotaStage extends AutoCloseable {

    /** A way to the place, as another process would hold it. Open until the test or the stage closes it. */
    QuotaSource open();

    /** The time of the place, or one that goes as fast. */
    Ticker ticker();

    /** Lets time go by: a fake one at once, a real one by waiting. */
    void pass(Duration time);

    /** Makes the place unreachable. */
    void loseStore();

    /** Ends {@link #loseStore()}. */
    void restoreStore();

    /** How long the tests wait for what this implementation brings about. Default: 10 s. */
    default Eventually eventually() {
        return Eventually.within(Duration.ofSeconds(10));
    }

    @Override
    void close();
}
