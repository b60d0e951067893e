package io.moa.e2e.governance;

import io.moa.annotation.CallKey;
import io.moa.annotation.CircuitBreaker;
import io.moa.annotation.ConcurrencyLimit;
import io.moa.annotation.EnforcedAt;
import io.moa.annotation.FailureMode;
import io.moa.annotation.Fallback;
import io.moa.annotation.Idempotent;
import io.moa.annotation.Importance;
import io.moa.annotation.MoaService;
import io.moa.annotation.NonBlocking;
import io.moa.annotation.OnFailure;
import io.moa.annotation.OneWay;
import io.moa.annotation.RateLimit;
import io.moa.annotation.Retry;
import io.moa.annotation.RouteTag;
import io.moa.annotation.Timeout;
import io.moa.annotation.WarmUp;
import io.moa.invoke.Criticality;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;

/** A service with a method for each thing that an annotation can say. */
@MoaService(name = "governed.Shop", serializer = "json")
@Timeout(millis = 20_000)
@WarmUp(millis = 1_500)
public interface Governed {

    /** What is bought. */
    record Order(String article, Customer customer, Map<String, String> notes) {}

    /** Who buys. */
    record Customer(long id, Level level) {}

    /** How much a customer is worth. */
    enum Level {
        SILVER,
        GOLD
    }

    @Timeout(millis = 150)
    void hasty();

    @Idempotent
    @Retry(attempts = 2)
    int twice();

    @Retry(attempts = 2)
    int onceOnly();

    @Idempotent
    @Retry(attempts = 2, budgetPercent = 0)
    int withoutBudget();

    @Idempotent
    @OnFailure(FailureMode.FAILFAST)
    int failfast();

    @OnFailure(FailureMode.FAILSAFE)
    int failsafe();

    @OnFailure(FailureMode.FAILSAFE)
    CompletableFuture<List<String>> failsafeList();

    @RouteTag("gray")
    @Importance(Criticality.SHEDDABLE)
    void tagged();

    void keyed(
            @CallKey(value = "customer", path = "customer.id") Order order,
            @CallKey(value = "shelf") int shelf,
            @CallKey(value = "level", path = "customer.level") Order again,
            @CallKey(value = "color", path = "notes.color") Order andAgain);

    @RateLimit(perSecond = 1, burst = 3)
    int limitedThere();

    @RateLimit(perSecond = 1, burst = 3, at = EnforcedAt.CALLER)
    int limitedHere();

    @ConcurrencyLimit(2)
    int crowdedThere();

    @ConcurrencyLimit(value = 2, at = EnforcedAt.CALLER)
    int crowdedHere();

    @CircuitBreaker(failurePercent = 50, minCalls = 4, windowMillis = 60_000, openMillis = 100, trials = 2)
    int breaking();

    @Fallback(method = "priceFromCache")
    String price(String article);

    /** Answers for {@link #price}. */
    default String priceFromCache(String article, Throwable why) {
        return article + " was 3 when it could be asked last: " + why.getClass().getSimpleName();
    }

    @Fallback(method = "laterFromCache")
    CompletableFuture<String> later(String article);

    /** Answers for {@link #later}. */
    default CompletableFuture<String> laterFromCache(String article) {
        return CompletableFuture.supplyAsync(() -> article + " from the cache");
    }

    @Fallback(method = "again")
    String circular(String article);

    /** Leads back to the very call that has failed. */
    default String again(String article) {
        return circular(article) + "?";
    }

    @Fallback(method = "laterAgain")
    CompletableFuture<String> laterCircular(String article);

    /** Leads back to it, too. */
    default CompletableFuture<String> laterAgain(String article) {
        return CompletableFuture.supplyAsync(() -> article).thenCompose(this::laterCircular);
    }

    @Fallback(type = Empty.class)
    String byClass(String article);

    @OneWay
    void note(String text);

    @NonBlocking
    String threadName();

    /** A shop with nothing in it. */
    final class Empty implements Governed {
        @Override
        public void hasty() {}

        @Override
        public int twice() {
            return 0;
        }

        @Override
        public int onceOnly() {
            return 0;
        }

        @Override
        public int withoutBudget() {
            return 0;
        }

        @Override
        public int failfast() {
            return 0;
        }

        @Override
        public int failsafe() {
            return 0;
        }

        @Override
        public CompletableFuture<List<String>> failsafeList() {
            return CompletableFuture.completedFuture(List.of());
        }

        @Override
        public void tagged() {}

        @Override
        public void keyed(Order order, int shelf, Order again, Order andAgain) {}

        @Override
        public int limitedThere() {
            return 0;
        }

        @Override
        public int limitedHere() {
            return 0;
        }

        @Override
        public int crowdedThere() {
            return 0;
        }

        @Override
        public int crowdedHere() {
            return 0;
        }

        @Override
        public int breaking() {
            return 0;
        }

        @Override
        public String price(String article) {
            return "nothing";
        }

        @Override
        public CompletableFuture<String> later(String article) {
            return CompletableFuture.completedFuture("nothing");
        }

        @Override
        public String circular(String article) {
            return "";
        }

        @Override
        public CompletableFuture<String> laterCircular(String article) {
            return CompletableFuture.completedFuture("");
        }

        @Override
        public String byClass(String article) {
            return "no " + article;
        }

        @Override
        public void note(String text) {}

        @Override
        public String threadName() {
            return "";
        }
    }
}
