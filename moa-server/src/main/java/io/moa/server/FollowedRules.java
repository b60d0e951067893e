package io.moa.server;

import io.moa.discovery.RuleSet;
import io.moa.discovery.RuleSource;
import io.moa.disk.DiskRules;
import io.moa.disk.DiskThread;
import io.moa.disk.KeptFile;
import io.moa.governance.rule.RuleBook;
import io.moa.governance.rule.RuleFeed;
import java.nio.file.Path;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * A server's way to live rules. Those that an earlier process went by are in force before this is made, so before the first call, and
 * until the source has answered: a limit that was set at run time outlives a restart, also while the registry is away.
 */
final class FollowedRules implements AutoCloseable {

    private final RuleFeed feed;
    private final @Nullable DiskThread writer;
    private final RuleSource.Following following;
    private RuleSet latest; // what the source told last, before that what an earlier process knew; guarded by this
    private @Nullable Consumer<RuleSet> watcher; // guarded by this

    /**
     * Goes by the rules from now on.
     *
     * @param folder where they are kept; null for nowhere
     */
    FollowedRules(RuleSource source, RuleFeed feed, String application, @Nullable Path folder) {
        this.feed = feed;
        this.latest = feed.inForce();
        if (folder == null) {
            writer = null;
            following = source.subscribe(told -> {
                feed.accept(told);
                tell(told);
            });
            return;
        }
        DiskThread disk = new DiskThread(application);
        writer = disk;
        DiskRules kept = new DiskRules(
                KeptFile.folderOf(folder, application).resolve("served.rules"), source.place(), source::isPlace, disk);
        RuleSet known = kept.read();
        if (known != null) {
            feed.remember(known);
            latest = known;
        }
        following = source.subscribe(told -> {
            feed.accept(told);
            if (feed.book().revision() == told.revision()) {
                kept.keep(feed.inForce());
            }
            tell(told);
        });
    }

    /** Has somebody told what is known now, and each time that the source tells more; one, which replaces an earlier one. */
    synchronized void watch(Consumer<RuleSet> told) {
        watcher = told;
        told.accept(latest);
    }

    private void tell(RuleSet told) {
        Consumer<RuleSet> watching;
        synchronized (this) {
            if (told.neverChanged() && told.settings().isEmpty()) {
                return; // a source that knows nothing says nothing about what was in force
            }
            latest = told;
            watching = watcher;
        }
        if (watching != null) {
            watching.accept(told);
        }
    }

    /** The rules that are held now. */
    RuleBook book() {
        return feed.book();
    }

    /** Ends it, and waits up to a second until what is in force is on disk. Idempotent. */
    @Override
    public void close() {
        following.close();
        if (writer != null) {
            writer.close();
        }
    }
}
