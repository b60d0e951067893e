package io.moa.registry.memory;

import io.moa.discovery.QuotaSource;
import io.moa.invoke.Ticker;
import io.moa.testkit.FakeTicker;
import io.moa.testkit.QuotaContract;
import io.moa.testkit.QuotaStage;
import java.time.Duration;
import java.util.Objects;

class MemoryQuotasTest implements QuotaContract {

    @Override
    public QuotaStage stage() {
        FakeTicker ticker = new FakeTicker();
        MemoryRegistryStore store = new MemoryRegistryStore();
        return new QuotaStage() {
            @Override
            public QuotaSource open() {
                return Objects.requireNonNull(new MemoryRegistry(store, ticker).quotas());
            }

            @Override
            public Ticker ticker() {
                return ticker;
            }

            @Override
            public void pass(Duration time) {
                ticker.advance(time);
            }

            @Override
            public void loseStore() {
                store.disconnect();
            }

            @Override
            public void restoreStore() {
                store.reconnect();
            }

            @Override
            public void close() {}
        };
    }
}
