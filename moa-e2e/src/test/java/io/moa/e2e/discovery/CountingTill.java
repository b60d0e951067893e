package io.moa.e2e.discovery;

import io.moa.testkit.CallAccount;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;

/** Counts what it does, here and in an account. */
final class CountingTill implements Till {

    final AtomicLong served = new AtomicLong();
    private final @Nullable CallAccount account;

    CountingTill(@Nullable CallAccount account) {
        this.account = account;
    }

    @Override
    public long once(long id) {
        served.incrementAndGet();
        if (account != null) {
            account.executed(id);
        }
        return id;
    }

    @Override
    public long again(long id) {
        return once(id);
    }
}
