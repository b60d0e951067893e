package io.moa.registry.watch;

import io.moa.testkit.FakeTicker;
import java.time.Duration;

class MemoryWatchStoreTest implements WatchStoreContract {

    @Override
    public Stage stage() {
        FakeTicker ticker = new FakeTicker();
        MemoryWatchStore store = new MemoryWatchStore(ticker);
        return new Stage() {
            @Override
            public WatchStore store() {
                return store;
            }

            @Override
            public void register(Registered registered) {
                store.register(registered);
            }

            @Override
            public void pass(Duration time) {
                ticker.advance(time);
            }

            @Override
            public void expireAll() {
                store.expireAll();
            }

            @Override
            public void clear() {
                store.clear();
            }

            @Override
            public void close() {}
        };
    }
}
