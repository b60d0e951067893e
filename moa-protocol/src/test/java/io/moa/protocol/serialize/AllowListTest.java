package io.moa.protocol.serialize;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.moa.annotation.SubTypes;
import java.util.List;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;

class AllowListTest {

    private final AllowList shop = Samples.shop();

    @Test
    void holdsWhatTheSignaturesDeclare() {
        for (Class<?> type : List.of(
                Samples.Page.class,
                Samples.User.class,
                Samples.Query.class,
                Samples.Colour.class,
                Samples.Order.class,
                Samples.Base.class,
                Samples.Node.class,
                Samples.NotFound.class,
                Samples.Circle.class,
                Samples.Car.class,
                Samples.Bike.class)) {
            assertThat(shop.allows(type.getName())).as(type.getName()).isTrue();
        }
    }

    @Test
    void holdsNothingElse() {
        for (Class<?> type : List.of(
                Samples.Shop.class,
                Samples.Shape.class,
                Samples.Square.class,
                Samples.Vehicle.class,
                Samples.Stranger.class,
                Object.class,
                Class.class,
                ProcessBuilder.class,
                AtomicLong.class,
                java.util.concurrent.CompletableFuture.class)) {
            assertThat(shop.allows(type.getName())).as(type.getName()).isFalse();
        }
        assertThat(shop.names()).allSatisfy(name -> assertThat(name).doesNotContain("*"));
    }

    @Test
    void addsToACopy() {
        AllowList more = shop.plus(Samples.Stranger.class).plus("com.acme.Foo", "com.acme.Foo$Bar");
        assertThat(more.names())
                .containsAll(shop.names())
                .contains("com.acme.Foo", "com.acme.Foo$Bar", Samples.Stranger.class.getName());
        assertThat(shop.allows("com.acme.Foo")).isFalse();
        assertThat(shop.plus(AtomicLong.class).allows(AtomicLong.class.getName()))
                .isTrue();
    }

    @Test
    void takesNoPatterns() {
        for (String name :
                List.of("com.acme.*", "com.acme.", "*", "", ".", "a..b", "com/acme/Foo", "[I", "a b", "a\nb", "1a")) {
            assertThatThrownBy(() -> shop.plus(name)).isInstanceOf(IllegalArgumentException.class);
        }
    }

    @Test
    void takesNoTypesThatCannotBeValues() {
        Runnable lambda = () -> {};
        for (Class<?> type : List.<Class<?>>of(
                Runnable.class,
                Number.class,
                Class.class,
                Thread.class,
                java.net.URLClassLoader.class,
                java.io.FileInputStream.class,
                int[].class,
                int.class,
                lambda.getClass())) {
            assertThatThrownBy(() -> shop.plus(type))
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessageContaining("cannot be allowed");
        }
    }

    interface Zoo {
        void feed(Animal animal);
    }

    @SubTypes(Dog.class)
    interface Animal {}

    record Dog(Bone bone) implements Animal {}

    record Bone(int size) {}

    record Cat() implements Animal {}

    @Test
    void followsSubTypesOfATypeAndTheirFields() {
        AllowList zoo = AllowList.ofService(Zoo.class);
        assertThat(zoo.allows(Dog.class.getName())).isTrue();
        assertThat(zoo.allows(Bone.class.getName())).isTrue();
        assertThat(zoo.allows(Cat.class.getName())).isFalse();
    }

    @Test
    void keepsWhatIsNoClassNameOutOfItsMessages() {
        assertThat(shop.refusal("evil\r\n+OK")).hasMessageNotContaining("evil").hasMessageContaining("9 characters");
        assertThat(shop.refusal("x".repeat(100_000)).getMessage()).hasSizeLessThan(1_000);
    }
}
