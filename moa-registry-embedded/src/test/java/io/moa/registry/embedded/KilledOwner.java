package io.moa.registry.embedded;

import java.io.IOException;
import java.util.concurrent.CountDownLatch;

/** A process that has a Redis, tells its number and its folder, and waits to be killed. */
final class KilledOwner {

    private KilledOwner() {}

    public static void main(String[] arguments) throws IOException, InterruptedException {
        try (EmbeddedRedis redis = EmbeddedRedis.start()) {
            System.out.println(redis.pid());
            System.out.println(redis.folder());
            new CountDownLatch(1).await();
        }
    }
}
