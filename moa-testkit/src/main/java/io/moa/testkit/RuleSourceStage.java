package io.moa.testkit;

import io.moa.discovery.RuleSource;
import java.time.Duration;

/**
 * Where {@link RuleSourceContract} is played: one empty store of rules for one test, and the hands of an operator and of
 * fate upon it.
 *
 * <p>Closing closes every source that was opened here and takes the store away.
 */
public interface RuleSourceStage extends AutoCloseable {

    /** A source over the store, as another process would hold it. Open until the test or the stage closes it. */
    RuleSource open();

    /** Sets or replaces a rule. Takes effect soon. */
    void putRule(String id, String text);

    /** Takes a rule away. Takes effect soon. */
    void removeRule(String id);

    /** Sets or replaces a release setting. Takes effect soon. */
    void putSetting(String name, String value);

    /** Makes the store unreachable. Sources notice in their own time. */
    void loseStore();

    /** Ends {@link #loseStore()}; the store holds what it held. */
    void restoreStore();

    /** How long the tests wait for what this implementation brings about. Default: 10 s. */
    default Eventually eventually() {
        return Eventually.within(Duration.ofSeconds(10));
    }

    @Override
    void close();
}
