package io.moa.cli;

import io.moa.registry.redis.OperatorDesk;
import java.io.PrintStream;
import java.util.Map;

/** Says when no watcher trusts itself: what is dead stays on the list then, and nothing else would tell why. */
final class WatcherDoubt {

    private WatcherDoubt() {}

    /** Prints a line if there are watchers and all doubt themselves. */
    static void tell(OperatorDesk desk, PrintStream out) {
        Map<String, Boolean> watchers = RegistryOption.answer(desk.watchers());
        if (!watchers.isEmpty() && !watchers.containsValue(true)) {
            out.println(watchers.size() + " of " + watchers.size()
                    + (watchers.size() == 1 ? " watcher doubts its" : " watchers doubt their")
                    + " own network: nothing is removed");
        }
    }
}
