package io.moa.governance;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.moa.annotation.Fallback;
import io.moa.governance.policy.AnnotatedPolicy;
import io.moa.governance.policy.FallbackForm;
import java.lang.reflect.Method;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class FallbackFormTest {

    interface Prices {
        @Fallback(method = "fromCache")
        long price(String article, List<String> notes);

        default long fromCache(String article, List<String> notes) {
            return 1;
        }

        default long fromCache(String article, List<String> notes, Throwable why) {
            return 2;
        }

        @Fallback(type = Nothing.class)
        long other();
    }

    static final class Nothing implements Prices {
        @Override
        public long price(String article, List<String> notes) {
            return 0;
        }

        @Override
        public long other() {
            return 0;
        }
    }

    static final class Stranger {}

    abstract static class Half implements Wrong {}

    interface Wrong {
        @Fallback(method = "missing")
        long missingOne(String article);

        @Fallback(method = "self")
        long self();

        @Fallback(method = "remote")
        long toRemote(String article);

        long remote(String article);

        @Fallback(method = "otherResult")
        long withOtherResult();

        default String otherResult() {
            return "";
        }

        @Fallback(method = "chained")
        long first();

        @Fallback(method = "last")
        default long chained() {
            return 0;
        }

        default long last() {
            return 0;
        }

        @Fallback
        long neither();

        @Fallback(method = "last", type = Nothing.class)
        long both();

        @Fallback(type = Stranger.class)
        long stranger();

        @Fallback(type = Wrong.class)
        long itself();

        @Fallback(type = Half.class)
        long half();
    }

    @Fallback(method = "any")
    interface OnType {
        long any();
    }

    private static Method method(Class<?> type, String name) {
        return Arrays.stream(type.getMethods())
                .filter(each -> each.getName().equals(name))
                .findFirst()
                .orElseThrow();
    }

    @Test
    void theFormThatIsToldTheFailureIsPreferred() {
        FallbackForm form = FallbackForm.of(Prices.class, method(Prices.class, "price"));
        assertThat(form).isNotNull();
        assertThat(form.takesCause()).isTrue();
        assertThat(form.method().getParameterCount()).isEqualTo(3);
        FallbackForm byClass = FallbackForm.of(Prices.class, method(Prices.class, "other"));
        assertThat(byClass).isNotNull();
        assertThat(byClass.type()).isEqualTo(Nothing.class);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "missingOne | no method missing of the right form; expected: default long missing(java.lang.String, Throwable why)",
                "self | leads back to the method itself",
                "toRemote | remote is a remote call itself, so it would lead back to the stub",
                "withOtherResult | expected: default long otherResult(Throwable why)",
                "first | chained has a fallback itself",
                "neither | expected one of method",
                "both | and not both",
                "stranger | FallbackFormTest$Stranger cannot answer; expected: class Stranger implements Wrong",
                "itself | it would lead back to the stub; expected: class WrongFallback implements Wrong",
                "half | FallbackFormTest$Half cannot answer",
            })
    void wrongFormsAreErrorsThatPrintTheExpectedOne(String name, String message) {
        assertThatThrownBy(() -> FallbackForm.of(Wrong.class, method(Wrong.class, name)))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("@Fallback on Wrong." + name)
                .hasMessageContaining(message);
    }

    interface Base<T> {
        @Fallback(method = "none")
        T get(T key, List<? extends T> more);
    }

    interface OfTexts extends Base<String> {
        default String none(String key, List<? extends String> more, Throwable why) {
            return "none";
        }
    }

    interface Overriding extends Base<String> {
        @Override
        @Fallback(method = "other")
        String get(String key, List<? extends String> more);

        default String other(String key, List<? extends String> more) {
            return "other";
        }
    }

    interface Silent extends OfTexts {
        @Override
        String get(String key, List<? extends String> more);
    }

    interface Generics {
        @Fallback(method = "numbers")
        List<String> result(String key);

        default List<Integer> numbers(String key) {
            return List.of(1);
        }

        @Fallback(method = "ofNumbers")
        String parameter(List<String> keys);

        default String ofNumbers(List<Integer> keys) {
            return "";
        }

        @Fallback(method = "later")
        CompletableFuture<String> future();

        default CompletableFuture<Integer> later() {
            return CompletableFuture.completedFuture(1);
        }

        @Fallback(method = "same")
        Map<String, List<? super Integer>[]> good(List<String>[] keys);

        default Map<String, List<? super Integer>[]> same(List<String>[] keys) {
            return Map.of();
        }
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "result | default java.util.List<java.lang.String> numbers(java.lang.String, Throwable why)",
                "parameter | default java.lang.String ofNumbers(java.util.List<java.lang.String>, Throwable why)",
                "future | default java.util.concurrent.CompletableFuture<java.lang.String> later(Throwable why)",
            })
    void typesAreComparedWithTheirArguments(String name, String expected) {
        assertThatThrownBy(() -> FallbackForm.of(Generics.class, method(Generics.class, name)))
                .hasMessageContaining("of the right form; expected: " + expected);
        assertThat(FallbackForm.of(Generics.class, method(Generics.class, "good")))
                .isNotNull();
    }

    @Test
    void whatAParentLeavesOpenIsComparedAsTheInterfaceSaysIt() {
        for (Class<?> type : List.of(OfTexts.class, Overriding.class, Silent.class)) {
            String name = type == Overriding.class ? "other" : "none";
            for (Method method : type.getMethods()) {
                if (method.getName().equals("get")) { // one that was written, and perhaps one that the compiler adds
                    FallbackForm form = FallbackForm.of(type, method);
                    assertThat(form).as("%s", method).isNotNull();
                    assertThat(form.method().getName()).isEqualTo(name);
                }
            }
            assertThat(FallbackForm.onlyLocal(type)).isNotEmpty().allSatisfy(method -> assertThat(method.getName())
                    .isEqualTo(name));
        }
        assertThatThrownBy(() -> FallbackForm.of(Missing.class, method(Missing.class, "get")))
                .hasMessageContaining("@Fallback on Base.get: Missing has no method none of the right form; expected:"
                        + " default java.lang.Long none(java.lang.Long, java.util.List<? extends java.lang.Long>, ");
    }

    interface Missing extends Base<Long> {}

    @Test
    void bothFormsOfAFallbackAreLocalAndOtherMethodsOfTheNameAreNot() {
        assertThat(FallbackForm.onlyLocal(Prices.class))
                .extracting(Method::getParameterCount)
                .containsExactlyInAnyOrder(2, 3);
        assertThat(FallbackForm.onlyLocal(Overloads.class))
                .singleElement()
                .satisfies(method -> assertThat(method.getParameterTypes()).containsExactly(int.class));
    }

    interface Overloads {
        @Fallback(method = "b")
        int a(int key);

        default int b(int key) {
            return 1;
        }

        int b(int key, Throwable why);

        default int b(long key) {
            return 2;
        }
    }

    @Test
    void anInterfaceNamesAClassAndNoMethod() {
        assertThatThrownBy(() -> FallbackForm.of(OnType.class, method(OnType.class, "any")))
                .hasMessageContaining("@Fallback on OnType names the method any")
                .hasMessageContaining("expected type = ….class");
    }

    @Test
    void policyNamesTheFallback() {
        assertThat(AnnotatedPolicy.read(Prices.class, method(Prices.class, "price"))
                        .describe())
                .containsPattern("fallback-method +fromCache +at the caller +annotation: @Fallback on Prices.price");
    }

    interface OwnVariables {
        @Fallback(method = "renamed")
        <T> T one(Class<T> type, List<? super T> more);

        default <U> U renamed(Class<U> kind, List<? super U> rest, Throwable why) {
            throw new IllegalStateException(why);
        }

        @Fallback(method = "swapped")
        <T, U> T two(T first, U second);

        default <T, U> U swapped(T first, U second) {
            return second;
        }

        @Fallback(method = "unbounded")
        <T extends Comparable<T>> T bounded(T key);

        default <T> T unbounded(T key) {
            return key;
        }

        @Fallback(method = "alike")
        <T extends Comparable<T>> T alsoBounded(T key);

        default <K extends Comparable<K>> K alike(K key) {
            return key;
        }
    }

    interface GenericChild extends OwnVariables {
        @Override
        <X> X one(Class<X> kind, List<? super X> rest);
    }

    @Test
    void variablesOfAMethodGoByTheirPlaceAndBoundsAndNotByTheirNames() {
        for (Class<?> type : List.of(OwnVariables.class, GenericChild.class)) {
            assertThat(FallbackForm.of(type, method(type, "one"))).isNotNull();
            assertThat(FallbackForm.of(type, method(type, "alsoBounded"))).isNotNull();
            assertThatThrownBy(() -> FallbackForm.of(type, method(type, "two")))
                    .hasMessageContaining("expected: default <T, U> T swapped(T, U, Throwable why)");
            assertThatThrownBy(() -> FallbackForm.of(type, method(type, "bounded")))
                    .hasMessageContaining(
                            "expected: default <T extends java.lang.Comparable<T>> T unbounded(T, Throwable why)");
        }
    }

    interface Shelf<T> {
        @Fallback(type = EmptyShelf.class)
        T take(String key);

        @Fallback(type = Stranger.class)
        long strange();
    }

    static class EmptyShelf<T> implements Shelf<T> {
        @Override
        public T take(String key) {
            return null;
        }

        @Override
        public long strange() {
            return 0;
        }
    }

    @Fallback(type = OnlyParent.class)
    interface Countable {
        Number count();
    }

    static final class OnlyParent implements Countable {
        @Override
        public Number count() {
            return 0;
        }
    }

    interface Books extends Shelf<Long>, Countable {
        int other();
    }

    interface Narrowed extends Countable {
        @Override
        Integer count();
    }

    interface Numbers {
        @Fallback(type = Texts.class)
        String text();
    }

    interface Typed<T> {
        @Fallback(type = ForTexts.class)
        T any();
    }

    static final class ForTexts implements Typed<String> {
        @Override
        public String any() {
            return "";
        }
    }

    interface TypedChild extends Typed<Long> {}

    static final class Texts implements Numbers {
        @Override
        public String text() {
            return "";
        }
    }

    @Test
    void aClassImplementsTheInterfaceOnWhichTheAnnotationStands() {
        FallbackForm take = FallbackForm.of(Books.class, method(Books.class, "take"));
        assertThat(take).isNotNull();
        assertThat(take.type()).isEqualTo(EmptyShelf.class);
        assertThat(take.method().getDeclaringClass()).as("as the class has it").isEqualTo(Shelf.class);
        FallbackForm count = FallbackForm.of(Books.class, method(Books.class, "count"));
        assertThat(count).isNotNull();
        assertThat(count.method().getDeclaringClass()).isEqualTo(Countable.class);
        assertThat(FallbackForm.of(Books.class, method(Books.class, "other"))).isNull();
        assertThatThrownBy(() -> FallbackForm.of(Books.class, method(Books.class, "strange")))
                .hasMessageContaining("@Fallback on Shelf.strange: ")
                .hasMessageContaining("Stranger cannot answer; expected: class Stranger implements Shelf");
    }

    @Test
    void aClassMustGoWithTheTypesThatAChildHasNarrowed() {
        assertThatThrownBy(() -> FallbackForm.of(Narrowed.class, method(Narrowed.class, "count")))
                .hasMessageContaining("@Fallback on Countable: ")
                .hasMessageContaining(
                        "OnlyParent has other types than Narrowed; expected in it: public java.lang.Integer count()");
        assertThatThrownBy(() -> FallbackForm.of(TypedChild.class, method(TypedChild.class, "any")))
                .hasMessageContaining(
                        "ForTexts has other types than TypedChild; expected in it: public java.lang.Long any()");
        assertThat(FallbackForm.of(Numbers.class, method(Numbers.class, "text")))
                .isNotNull();
    }
}
