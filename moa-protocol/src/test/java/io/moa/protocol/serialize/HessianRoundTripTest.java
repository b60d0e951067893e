package io.moa.protocol.serialize;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.lang.reflect.Type;
import java.math.BigDecimal;
import java.math.BigInteger;
import java.net.URI;
import java.time.DayOfWeek;
import java.time.Duration;
import java.time.Instant;
import java.time.LocalDate;
import java.time.LocalDateTime;
import java.time.LocalTime;
import java.time.MonthDay;
import java.time.OffsetDateTime;
import java.time.OffsetTime;
import java.time.Period;
import java.time.Year;
import java.time.YearMonth;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.time.ZonedDateTime;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.BitSet;
import java.util.Collections;
import java.util.Comparator;
import java.util.Currency;
import java.util.Date;
import java.util.EnumMap;
import java.util.EnumSet;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.LinkedList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.OptionalInt;
import java.util.OptionalLong;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

class HessianRoundTripTest {

    private final HessianSerializer hessian = new HessianSerializer();
    private final AllowList shop = Samples.shop();

    static Stream<Object> exactValues() {
        return Stream.of(
                true,
                false,
                0,
                -16,
                47,
                48,
                -2048,
                2047,
                2048,
                -262_144,
                262_143,
                262_144,
                Integer.MIN_VALUE,
                Integer.MAX_VALUE,
                0L,
                -8L,
                15L,
                16L,
                -2048L,
                2048L,
                -262_144L,
                262_144L,
                1L << 31,
                -(1L << 31),
                Long.MIN_VALUE,
                Long.MAX_VALUE,
                0.0,
                -0.0,
                1.0,
                -128.0,
                127.0,
                32_767.0,
                0.001,
                12.34,
                Double.NaN,
                Double.MIN_VALUE,
                Double.NEGATIVE_INFINITY,
                (short) 7,
                (byte) -7,
                1.5f,
                Float.NaN,
                'x',
                '\u4e2d',
                "",
                "hello",
                "Zoë 中文",
                "😀 and a half \ud83d",
                "x".repeat(31),
                "x".repeat(32),
                "é".repeat(1023),
                "x".repeat(1024),
                "x".repeat(0x8000),
                "x".repeat(0x8001),
                "中".repeat(70_000),
                "😀".repeat(40_000),
                new BigInteger("-123456789012345678901234567890"),
                new BigDecimal("1.10"),
                new BigDecimal("-0.000"),
                new BigDecimal("1E+30"),
                UUID.fromString("00000000-0000-0001-ffff-ffffffffffff"),
                URI.create("https://example.org/a?b=c#d"),
                Locale.SIMPLIFIED_CHINESE,
                Locale.ROOT,
                new Locale("no", "NO", "NY"),
                new Locale("ja", "JP", "JP"),
                Currency.getInstance("EUR"),
                new Date(1_700_000_000_123L),
                new Date(60_000L),
                BitSet.valueOf(new long[] {5, 1}),
                new BitSet(),
                Instant.MAX,
                Instant.ofEpochSecond(1, 1),
                Duration.ofSeconds(-1, 5),
                Period.of(1, -2, 3),
                LocalDate.of(-5, 1, 31),
                LocalDate.MAX,
                LocalTime.MIDNIGHT,
                LocalDateTime.of(2026, 2, 3, 4, 5),
                OffsetTime.of(1, 2, 3, 4, ZoneOffset.ofHours(2)),
                OffsetDateTime.of(2026, 1, 1, 1, 1, 1, 1, ZoneOffset.UTC),
                ZonedDateTime.of(2026, 10, 25, 2, 30, 0, 0, ZoneId.of("Europe/Berlin"))
                        .withLaterOffsetAtOverlap(),
                Year.of(12_345),
                YearMonth.of(12_345, 1),
                MonthDay.of(2, 29),
                ZoneId.of("Asia/Shanghai"),
                ZoneOffset.ofHoursMinutes(5, 30),
                DayOfWeek.MONDAY,
                TimeUnit.DAYS,
                Optional.empty(),
                Optional.of("x"),
                OptionalInt.of(3),
                OptionalInt.empty(),
                OptionalLong.of(3),
                OptionalDouble.of(0.5),
                new ArrayList<>(Arrays.asList(1, "two", null, 3L)),
                new LinkedList<>(List.of(1, 2)),
                new CopyOnWriteArrayList<>(List.of(1)),
                new HashSet<>(List.of("a", "b")),
                new LinkedHashSet<>(List.of("b", "a")),
                new TreeSet<>(List.of(3, 1, 2)),
                new HashMap<>(Map.of("a", 1)),
                new LinkedHashMap<>(Map.of("a", List.of(1))),
                new TreeMap<>(Map.of("b", 1, "a", 2)),
                new ConcurrentHashMap<>(Map.of(1L, 2L)),
                EnumSet.of(Samples.Colour.RED, Samples.Colour.GREEN),
                EnumSet.noneOf(Samples.Colour.class),
                new EnumMap<>(Map.of(Samples.Colour.GREEN, 1)),
                Samples.Colour.RED,
                Samples.Colour.GREEN,
                new Samples.Circle(1.25),
                new Samples.Car(4),
                Samples.user(),
                new Samples.Page<>(List.of(Samples.user(), Samples.user()), null),
                new Samples.Query(null, Optional.of(LocalDate.EPOCH), 1));
    }

    @ParameterizedTest
    @MethodSource("exactValues")
    void carriesTheValueAndItsClassWhereAnythingIsDeclared(Object value) {
        Object back = Samples.roundTrip(hessian.result(Object.class, shop), value);
        assertThat(back).isEqualTo(value);
        assertThat(back).hasSameClassAs(value);
    }

    @ParameterizedTest
    @MethodSource("exactValues")
    void carriesTheValueInsideOthers(Object value) {
        Object[] back = (Object[]) Samples.roundTrip(
                hessian.arguments(List.of(Object.class, List.class, Map.class), shop),
                new Object[] {value, List.of(value, 1), Map.of("key", value)});
        assertThat(back).containsExactly(value, List.of(value, 1), Map.of("key", value));
    }

    @ParameterizedTest
    @MethodSource("exactValues")
    void carriesTheValueWhereItsOwnClassIsDeclared(Object value) {
        Class<?> type = value instanceof Enum<?> constant ? constant.getDeclaringClass() : value.getClass();
        assertThat(Samples.roundTrip(hessian.result(type, shop), value)).isEqualTo(value);
    }

    @Test
    void carriesNullOfEveryClass() {
        for (Type type : List.of(Object.class, String.class, List.class, Samples.User.class, int[].class, void.class)) {
            assertThat(Samples.roundTrip(hessian.result(type, shop), null)).isNull();
        }
    }

    @Test
    void carriesArrays() {
        for (Object array : new Object[] {
            new byte[0],
            new byte[15],
            new byte[16],
            new byte[1023],
            new byte[1024],
            new byte[200_000],
            new int[] {1, -1, 1 << 20},
            new long[] {1, Long.MIN_VALUE},
            new short[] {-1},
            new char[] {'a', '\ud83d'},
            new boolean[] {true, false},
            new float[] {1.5f, Float.NaN},
            new double[] {-0.0, 1e300},
            new String[] {"a", null},
            new Object[] {1, "a", null, new int[] {1}},
            new byte[][] {{1}, {}},
            new int[][][] {{{1}}, {}},
            new Samples.Colour[] {Samples.Colour.RED},
            new Samples.Shape[] {new Samples.Circle(1)},
            new LocalDate[] {LocalDate.EPOCH},
            new Samples.User[0]
        }) {
            Object back = Samples.roundTrip(hessian.result(Object.class, shop), array);
            assertThat(back).hasSameClassAs(array);
            assertThat(Arrays.deepEquals(new @Nullable Object[] {back}, new @Nullable Object[] {array}))
                    .as(array.getClass().getTypeName())
                    .isTrue();
            assertThat(Samples.roundTrip(hessian.result(array.getClass(), shop), array))
                    .hasSameClassAs(array);
        }
    }

    @Test
    void carriesEveryFieldOfABeanWithoutAConstructorForIt() {
        Samples.Order order = new Samples.Order(UUID.fromString("00000000-0000-0001-0000-000000000002"));
        order.number = 99;
        order.baseHidden("changed");
        order.hidden = "own";
        order.users.add(Samples.user());
        order.counts.put(Samples.Colour.GREEN, 5L);
        Samples.Order back = (Samples.Order) Samples.roundTrip(hessian.result(Samples.Order.class, shop), order);
        assertThat(back).isNotNull();
        assertThat(back.notSent).as("transient").isNull();
        assertThat(back).usingRecursiveComparison().ignoringFields("notSent").isEqualTo(order);
        assertThat(back.baseHidden()).isEqualTo("changed");
        assertThat(back.id()).isEqualTo(order.id());
        assertThat(back.any).isInstanceOf(Float.class);
    }

    @Test
    void keepsCyclesAndSharedObjects() {
        Samples.Node a = new Samples.Node();
        Samples.Node b = new Samples.Node();
        a.next = b;
        b.next = a;
        a.children.add(b);
        a.children.add(b);
        Samples.Node back = (Samples.Node) Samples.roundTrip(hessian.result(Samples.Node.class, shop), a);
        assertThat(back).isNotNull();
        assertThat(back.next).isNotNull();
        assertThat(back.next.next).isSameAs(back);
        assertThat(back.children.get(0)).isSameAs(back.next).isSameAs(back.children.get(1));
    }

    @Test
    void keepsUnchangeableCollectionsUnchangeable() {
        for (Object value : List.of(
                List.of(1),
                List.of(),
                Stream.of(1, 2, 3).toList(),
                Collections.emptyList(),
                Collections.unmodifiableList(Arrays.asList(1, null)),
                Collections.singletonList(1))) {
            List<?> back = (List<?>) Samples.roundTrip(hessian.result(List.class, shop), value);
            assertThat(back).isEqualTo(value);
            assertThatThrownBy(() -> back.remove(0)).isInstanceOf(UnsupportedOperationException.class);
        }
        Set<?> set = (Set<?>) Samples.roundTrip(hessian.result(Set.class, shop), Set.of(1, 2, 3));
        assertThat(set).isEqualTo(Set.of(1, 2, 3)).isUnmodifiable();
        Map<?, ?> map = (Map<?, ?>) Samples.roundTrip(hessian.result(Map.class, shop), Map.of("a", 1));
        assertThat(map).isEqualTo(Map.of("a", 1)).isUnmodifiable();
    }

    @Test
    void writesViewsAsThePlainCollection() {
        Map<String, Integer> map = new LinkedHashMap<>(Map.of("a", 1));
        assertThat(Samples.roundTrip(hessian.result(Object.class, shop), Arrays.asList(1, 2)))
                .isEqualTo(new ArrayList<>(List.of(1, 2)))
                .isInstanceOf(ArrayList.class);
        assertThat(Samples.roundTrip(hessian.result(Set.class, shop), map.keySet()))
                .isEqualTo(Set.of("a"));
        assertThat(Samples.roundTrip(hessian.result(java.util.Collection.class, shop), map.values()))
                .isEqualTo(List.of(1));
        Object deque = Samples.roundTrip(hessian.result(ArrayDeque.class, shop), new ArrayDeque<>(List.of(1, 2)));
        assertThat(new ArrayList<Object>((ArrayDeque<?>) deque)).isEqualTo(List.of(1, 2));
        assertThat(Samples.roundTrip(hessian.result(EnumMap.class, shop), null)).isNull();
    }

    @Test
    void saysThatAComparatorDoesNotTravel() {
        TreeSet<String> set = new TreeSet<>(Comparator.reverseOrder());
        assertThatThrownBy(() -> Samples.encode(hessian.result(Object.class, shop), set))
                .isInstanceOf(SerializationException.class)
                .hasMessageContaining("comparator");
    }

    @Test
    void bringsAPlainListToTheDeclaredKindOfCollection() {
        byte[] list = Samples.encode(hessian.result(List.class, shop), new ArrayList<>(List.of(2, 1)));
        assertThat(Samples.decode(hessian.result(Set.class, shop), list)).isEqualTo(Set.of(1, 2));
        assertThat(Samples.decode(hessian.result(TreeSet.class, shop), list)).isEqualTo(new TreeSet<>(List.of(1, 2)));
        assertThat((int[]) Samples.decode(hessian.result(int[].class, shop), list))
                .containsExactly(2, 1);
        assertThat((Long[]) Samples.decode(hessian.result(Long[].class, shop), list))
                .containsExactly(2L, 1L);
    }

    @Test
    void refusesANumberThatTheDeclaredTypeCannotHold() {
        byte[] big = Samples.encode(hessian.result(long.class, shop), 1L << 40);
        assertThatThrownBy(() -> Samples.decode(hessian.result(int.class, shop), big))
                .isInstanceOf(SerializationException.class)
                .hasMessageContaining("int is declared");
        byte[] small = Samples.encode(hessian.result(long.class, shop), 40L);
        assertThat(Samples.decode(hessian.result(int.class, shop), small)).isEqualTo(40);
        byte[] nothing = Samples.encode(hessian.result(Object.class, shop), null);
        assertThatThrownBy(() -> Samples.decode(hessian.result(int.class, shop), nothing))
                .hasMessageContaining("null for a int");
    }

    @Test
    void namesTheArgumentThatDoesNotFit() {
        byte[] body = Samples.encode(
                hessian.arguments(List.of(int.class, Object.class), shop), new Object[] {1, Samples.user()});
        assertThatThrownBy(() -> Samples.decode(hessian.arguments(List.of(int.class, Samples.Car.class), shop), body))
                .isInstanceOf(SerializationException.class)
                .hasMessageContaining("Argument 1")
                .hasMessageContaining("Samples$Car");
    }

    @Test
    void checksTheNumberOfArguments() {
        BodyCodec two = hessian.arguments(List.of(int.class, int.class), shop);
        BodyCodec one = hessian.arguments(List.of(int.class), shop);
        assertThatThrownBy(() -> Samples.encode(two, new Object[] {1})).hasMessageContaining("2 parameters");
        byte[] body = Samples.encode(two, new Object[] {1, 2});
        assertThatThrownBy(() -> Samples.decode(one, body)).hasMessageContaining("another method");
        byte[] short1 = Samples.encode(one, new Object[] {1});
        assertThatThrownBy(() -> Samples.decode(two, short1)).hasMessageContaining("1 of 2 values");
        assertThat((Object[]) Samples.roundTrip(hessian.arguments(List.of(), shop), new Object[0]))
                .isEmpty();
    }

    @Test
    void ignoresWhatOnlyTheSenderHasAndDefaultsWhatOnlyTheReaderHas() {
        BodyCodec cars = hessian.result(Samples.Car.class, shop);
        byte[] newer = Samples.byHand(out -> Samples.object(
                out, Samples.Car.class.getName(), "colour", "red", "doors", 3, "extra", new ArrayList<>(List.of(1))));
        assertThat(Samples.decode(cars, newer)).isEqualTo(new Samples.Car(3));
        byte[] older = Samples.byHand(out -> Samples.object(out, Samples.Car.class.getName()));
        assertThat(Samples.decode(cars, older)).isEqualTo(new Samples.Car(0));

        byte[] bean = Samples.byHand(out -> Samples.object(out, Samples.Node.class.getName(), "later", 1));
        Samples.Node node = (Samples.Node) Samples.decode(hessian.result(Samples.Node.class, shop), bean);
        assertThat(node.name).as("what the constructor put there").isEmpty();
    }

    @Test
    void skipsAFieldOfAClassThatIsNotAllowed() {
        byte[] body = Samples.byHand(out -> Samples.object(
                out,
                Samples.Car.class.getName(),
                "owner",
                Samples.hand(inner -> Samples.object(inner, "com.acme.NeverHeardOf", "x", new int[] {1}, "y", "z")),
                "doors",
                3));
        assertThat(Samples.decode(hessian.result(Samples.Car.class, shop), body))
                .isEqualTo(new Samples.Car(3));
    }

    @Test
    void keepsReferencesRightAcrossASkippedField() {
        // extra: a list with an unknown object and a Node; name; next refers to that Node, number 3 in the table.
        // The library has no way to write a reference by number; it is put in place of the last value.
        byte[] bytes = Samples.byHand(out -> Samples.object(
                out,
                Samples.Node.class.getName(),
                "extra",
                Samples.hand(inner -> {
                    inner.writeListBegin(2, null);
                    Samples.object(inner, "com.acme.NeverHeardOf", "x", 1);
                    Samples.object(inner, Samples.Node.class.getName(), "extra", null, "name", "shared", "next", null);
                }),
                "name",
                "outer",
                "next",
                null));
        byte[] reference = Arrays.copyOf(bytes, bytes.length + 1);
        reference[bytes.length - 1] = 'Q';
        reference[bytes.length] = (byte) (0x90 + 3);
        Samples.Node node = (Samples.Node) Samples.decode(hessian.result(Samples.Node.class, shop), reference);
        assertThat(node.next).isNotNull();
        assertThat(node.next.name).isEqualTo("shared");

        reference[bytes.length] = (byte) (0x90 + 2);
        assertThatThrownBy(() -> Samples.decode(hessian.result(Samples.Node.class, shop), reference))
                .as("a reference to the unknown object")
                .isInstanceOf(SerializationException.class)
                .hasMessageContaining("com.acme.NeverHeardOf");

        reference[bytes.length] = (byte) (0x90 + 1);
        assertThatThrownBy(() -> Samples.decode(hessian.result(Samples.Node.class, shop), reference))
                .as("a reference to the list that holds it")
                .isInstanceOf(SerializationException.class);
    }

    @Test
    void saysWhichEnumConstantIsMissing() {
        byte[] body = Samples.byHand(out -> Samples.object(out, Samples.Colour.class.getName(), "name", "ULTRAVIOLET"));
        assertThatThrownBy(() -> Samples.decode(hessian.result(Samples.Colour.class, shop), body))
                .isInstanceOf(SerializationException.class)
                .hasMessageContaining("Colour")
                .hasMessageNotContaining("ULTRAVIOLET");
    }

    @Test
    void runsTheChecksOfARecordsConstructor() {
        AllowList allowed = AllowList.ofValues().plus(Even.class);
        byte[] body = Samples.byHand(out -> Samples.object(out, Even.class.getName(), "number", 3));
        assertThatThrownBy(() -> Samples.decode(hessian.result(Even.class, allowed), body))
                .isInstanceOf(SerializationException.class)
                .hasMessageContaining("Even");
    }

    record Even(int number) {
        Even {
            if (number % 2 != 0) {
                throw new IllegalArgumentException("odd");
            }
        }
    }

    @Test
    void leavesTheOuterObjectOfAnInnerOneAtHome() {
        AllowList allowed = AllowList.ofValues().plus(Inner.class);
        assertThat(allowed.allows(HessianRoundTripTest.class.getName())).isFalse();
        Inner inner = new Inner();
        inner.number = 5;
        Inner back = (Inner) Samples.roundTrip(hessian.result(Inner.class, allowed), inner);
        assertThat(back.number).isEqualTo(5);
    }

    class Inner {
        int number;

        Object outer() {
            return hessian;
        }
    }

    @Test
    void limitsTheDepthOfWhatIsWrittenAsOfWhatIsRead() {
        BodyCodec nodes = hessian.result(Samples.Node.class, shop);
        Samples.Node first = new Samples.Node();
        Samples.Node last = first;
        for (int i = 1; i < 63; i++) {
            last.next = new Samples.Node();
            last = last.next;
        }
        // The deepest node is at level 63, its list of children at 64.
        assertThat(Samples.roundTrip(nodes, first)).isInstanceOf(Samples.Node.class);
        last.next = new Samples.Node();
        assertThatThrownBy(() -> Samples.encode(nodes, first))
                .isInstanceOf(SerializationException.class)
                .hasMessageContaining("maxDepth");
    }

    @Test
    void aDecimalOfMoreThanAThousandDigitsWrittenOutIsRefused() {
        BodyCodec codec = new HessianSerializer().result(BigDecimal.class, Samples.shop());
        for (String allowed : List.of("1e999", "1.5e-999", "-9e999")) {
            BigDecimal number = new BigDecimal(allowed);
            assertThat(Samples.roundTrip(codec, number)).isEqualTo(number);
        }
        for (String tooLong : List.of("1e1001", "1e-1001", "1e2000000000", "1e-2000000000")) {
            byte[] body = Samples.encode(codec, new BigDecimal(tooLong));
            assertThatThrownBy(() -> Samples.decode(codec, body))
                    .isInstanceOf(SerializationException.class)
                    .hasMessageContaining("more than 1000 digits before its point or behind it");
        }
    }
}
