package io.moa.governance.route;

import io.moa.governance.rule.RoutedRule;
import java.util.random.RandomGenerator;

/**
 * Where the lots of a walk are drawn. Calls draw all of theirs in one place; who replays a call under other rules wants each rule to draw
 * what it drew before, whichever rules stand before it now.
 */
@FunctionalInterface
public interface Lots {

    /** Where a rule draws. */
    RandomGenerator of(RoutedRule rule);
}
