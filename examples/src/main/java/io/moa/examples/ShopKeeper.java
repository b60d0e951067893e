package io.moa.examples;

import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;

/** The shop's implementation: an ordinary class, safe for many threads, that knows nothing of MOA. */
public final class ShopKeeper implements Shop {

    private static final int PRICE_CENTS = 250;

    private final Map<String, Integer> stock = new ConcurrentHashMap<>(Map.of("tea", 100, "cups", 10));
    private final AtomicInteger visits = new AtomicInteger();

    @Override
    public Receipt order(Order order) throws SoldOutException {
        int[] left = {-1};
        stock.computeIfPresent(order.item(), (item, pieces) -> {
            left[0] = pieces - order.pieces();
            return left[0] < 0 ? pieces : left[0];
        });
        if (left[0] < 0) {
            throw new SoldOutException("There are no " + order.pieces() + " of " + order.item() + " left");
        }
        return new Receipt(order.item(), order.pieces(), order.pieces() * PRICE_CENTS);
    }

    @Override
    public CompletableFuture<Receipt> orderLater(Order order) {
        try {
            return CompletableFuture.completedFuture(order(order));
        } catch (SoldOutException e) {
            return CompletableFuture.failedFuture(e);
        }
    }

    @Override
    public int stock(String item) {
        return stock.getOrDefault(item, 0);
    }

    @Override
    public List<String> items() {
        return stock.keySet().stream().sorted().toList();
    }

    @Override
    public void visited(String item) {
        visits.incrementAndGet();
    }

    /** How many visits were noted. */
    public int visits() {
        return visits.get();
    }
}
