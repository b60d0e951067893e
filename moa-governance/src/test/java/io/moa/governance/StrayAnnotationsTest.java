package io.moa.governance;

import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import io.moa.annotation.CallKey;
import io.moa.annotation.ConcurrencyLimit;
import io.moa.annotation.Fallback;
import io.moa.annotation.NonBlocking;
import io.moa.annotation.RateLimit;
import io.moa.annotation.Retry;
import io.moa.annotation.SubTypes;
import io.moa.annotation.Timeout;
import io.moa.annotation.WarmUp;
import io.moa.governance.policy.StrayAnnotations;
import java.lang.reflect.Proxy;
import org.junit.jupiter.api.Test;

/** Annotations of policies that nobody reads are mistakes, wherever they stand, and those that are read are none. */
class StrayAnnotationsTest {

    interface Store<T> {
        @Timeout(millis = 20)
        T take(@CallKey("item") T item);
    }

    @RateLimit(perSecond = 5)
    interface Stock extends Store<String> {
        @ConcurrencyLimit(2)
        void put(String item);

        default String name() {
            return "";
        }
    }

    /** Says nothing of its own. */
    static class Shelf implements Stock {
        @Override
        public String take(String item) {
            return item;
        }

        @Override
        public void put(String item) {}

        @Timeout(millis = 5)
        String helper(String item) {
            return item;
        }
    }

    @WarmUp(millis = 1_000)
    static class WarmShelf extends Shelf {}

    static class LimitedShelf extends Shelf {
        @Override
        @RateLimit(perSecond = 1)
        public String take(String item) {
            return item;
        }
    }

    static class KeyedShelf extends Shelf {
        @Override
        public void put(@CallKey("item") String item) {}
    }

    static class NamedShelf extends Shelf {
        @Override
        @NonBlocking
        public String name() {
            return "shelf";
        }
    }

    /** As proxies are made that know nothing of annotations. */
    static final class Made extends LimitedShelf {
        @Override
        public String take(String item) {
            return super.take(item);
        }
    }

    /** As others are made, which copy all that they find. */
    @RateLimit(perSecond = 5)
    static final class Copied extends Shelf {
        @Override
        @Timeout(millis = 20)
        public String take(@CallKey("item") String item) {
            return item;
        }

        @Override
        @ConcurrencyLimit(2)
        public void put(String item) {}
    }

    @RateLimit(perSecond = 6)
    static final class Contradicting extends Shelf {}

    @SubTypes(String.class)
    static final class Listing extends Shelf {}

    private static void isRefused(Class<? extends Stock> implementation, String message) {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> StrayAnnotations.refuseOn(Stock.class, implementation))
                .withMessage(message);
    }

    private static final String WHY =
            " has no effect: a provider goes by the annotations of the interface that both sides share; expected it on ";

    @Test
    void onTheImplementingClassTheyAreRefusedWithTheirPlace() {
        isRefused(WarmShelf.class, "@WarmUp on WarmShelf" + WHY + "Stock");
        isRefused(LimitedShelf.class, "@RateLimit on LimitedShelf.take" + WHY + "Stock.take");
        isRefused(KeyedShelf.class, "@CallKey on parameter 0 of KeyedShelf.put" + WHY + "parameter 0 of Stock.put");
        isRefused(NamedShelf.class, "@NonBlocking on NamedShelf.name" + WHY + "Stock.name");
        isRefused(Contradicting.class, "@RateLimit on Contradicting" + WHY + "Stock");
    }

    @Test
    void theyAreFoundBehindAClassThatWasMadeAtRunTime() {
        isRefused(Made.class, "@RateLimit on LimitedShelf.take" + WHY + "Stock.take");
    }

    @Test
    void whatTheInterfaceSaysTooAndWhatIsNoPolicyIsNoMistake() {
        Object proxy =
                Proxy.newProxyInstance(Stock.class.getClassLoader(), new Class<?>[] {Stock.class}, (p, m, a) -> null);
        for (Class<?> each : new Class<?>[] {Shelf.class, Copied.class, Listing.class, proxy.getClass()}) {
            assertThatCode(() -> StrayAnnotations.refuseOn(Stock.class, each))
                    .as(each.getName())
                    .doesNotThrowAnyException();
        }
    }

    interface WithStatic extends Stock {
        @Timeout(millis = 5)
        static void help() {}
    }

    interface WithPrivate {
        void call();

        private void help(@CallKey("item") String item) {}
    }

    interface Below extends WithPrivate {}

    interface Answered {
        @Fallback(method = "cached")
        String get(String item);

        @Retry(attempts = 2)
        default String cached(String item, Throwable why) {
            return item;
        }
    }

    interface Remote {
        @Timeout(millis = 5)
        default String cached(String item) {
            return item;
        }
    }

    /** Makes a fallback of what is a remote method in its parent. */
    interface Refining extends Remote {
        @Fallback(method = "cached")
        String get(String item);
    }

    private static void isRefused(Class<?> service, String place, String kind) {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> StrayAnnotations.refuseIn(service))
                .withMessage(place + " has no effect: " + kind
                        + " is never called remotely; expected it on a method that is, or not at all");
    }

    @Test
    void methodsOfTheInterfaceThatAreNeverCalledRemotelyHaveNone() {
        isRefused(WithStatic.class, "@Timeout on WithStatic.help", "a static method");
        isRefused(WithPrivate.class, "@CallKey on a parameter of WithPrivate.help", "a private method");
        isRefused(Below.class, "@CallKey on a parameter of WithPrivate.help", "a private method");
        isRefused(Answered.class, "@Retry on Answered.cached", "a method that answers when a call of get has failed");
    }

    @Test
    void aDefaultMethodThatIsRemoteAndAParentsMethodMayHaveThem() {
        for (Class<?> each : new Class<?>[] {Stock.class, Remote.class, Refining.class}) {
            assertThatCode(() -> StrayAnnotations.refuseIn(each))
                    .as(each.getName())
                    .doesNotThrowAnyException();
        }
    }
}
