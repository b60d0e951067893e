package io.moa.node.quickstart;

import io.moa.node.watch.WatcherProcess;
import io.moa.registry.redis.RedisLink;
import io.moa.registry.redis.RedisWatchStore;
import java.io.IOException;

/**
 * The watcher of the quickstart as a process, over the registry of the environment variable {@code MOA_REGISTRY}. It says
 * {@code ready}, and ends when its input does.
 */
public final class WatcherMain {

    private WatcherMain() {}

    /** Runs it; the one argument is its name. */
    public static void main(String[] args) throws IOException {
        try (RedisLink link = RedisLink.open(ChildProcess.registry());
                WatcherProcess watcher = WatcherProcess.builder(new RedisWatchStore(link))
                        .name(args[0])
                        .start()) {
            System.out.println("ready " + watcher.status().watcher());
            int read = System.in.read();
            while (read >= 0) {
                read = System.in.read();
            }
        }
        System.exit(0);
    }
}
