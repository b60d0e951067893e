package io.moa.testkit.topology;

import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;

/** A stock of a hundred of each item. */
class StockRoom implements Stock {

    static final int FULL = 100;

    final AtomicInteger hints = new AtomicInteger();
    private final Map<String, Integer> sold = new ConcurrentHashMap<>();

    @Override
    public int left(String item) {
        return FULL - sold.getOrDefault(item, 0);
    }

    @Override
    public int sell(String item, int count) throws SoldOut {
        if (count > left(item)) {
            throw new SoldOut("There are no " + count + " of " + item);
        }
        return FULL - sold.merge(item, count, Integer::sum);
    }

    @Override
    public int take(String item, int count) {
        try {
            return sell(item, count);
        } catch (SoldOut e) {
            throw new IllegalArgumentException(e.getMessage(), e);
        }
    }

    @Override
    public CompletableFuture<Integer> count(String item) {
        return CompletableFuture.completedFuture(left(item));
    }

    @Override
    public void hint(String text) {
        hints.incrementAndGet();
    }
}
