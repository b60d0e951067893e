package io.moa.protocol.serialize;

import java.math.BigDecimal;
import java.math.BigInteger;
import java.net.URI;
import java.time.DayOfWeek;
import java.time.Duration;
import java.time.Instant;
import java.time.LocalDate;
import java.time.LocalDateTime;
import java.time.LocalTime;
import java.time.Month;
import java.time.MonthDay;
import java.time.OffsetDateTime;
import java.time.OffsetTime;
import java.time.Period;
import java.time.Year;
import java.time.YearMonth;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.time.ZonedDateTime;
import java.time.temporal.ChronoUnit;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.BitSet;
import java.util.Collections;
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
import java.util.concurrent.ConcurrentSkipListMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** One of everything that Hessian carries, by name; the same on every JDK. */
final class SampleValues {

    private SampleValues() {}

    static Map<String, @Nullable Object> all() {
        Map<String, @Nullable Object> all = new LinkedHashMap<>();
        plain(all);
        jdkValues(all);
        times(all);
        collections(all);
        fixed(all);
        arrays(all);
        own(all);
        return all;
    }

    private static void plain(Map<String, @Nullable Object> all) {
        all.put("null", null);
        all.put("true", true);
        all.put("false", false);
        for (int each : new int[] {0, -16, 47, 48, -2048, 2047, -262_144, 262_144, Integer.MIN_VALUE}) {
            all.put("int " + each, each);
        }
        for (long each : new long[] {0, -8, 15, -2048, 2048, 262_144, 1L << 31, Long.MIN_VALUE}) {
            all.put("long " + each, each);
        }
        for (double each : new double[] {0, -0.0, 1, -128, 32_767, 12.34, 1e300, Double.NaN, Double.MIN_VALUE}) {
            all.put("double " + each, each);
        }
        all.put("short", (short) -300);
        all.put("byte", (byte) -7);
        all.put("float", 1.5f);
        all.put("float NaN", Float.NaN);
        all.put("char", 'x');
        all.put("char wide", '\u4e2d');
        all.put("empty text", "");
        all.put("text", "hello");
        all.put("latin text", "Zo\u00eb".repeat(20));
        all.put("wide text", "\u4e2d\u6587".repeat(600));
        all.put("emoji and a half", "\ud83d\ude00 and \ud83d");
        all.put("70,000 chars", "x".repeat(70_000));
        all.put("40,000 emoji", "\ud83d\ude00".repeat(40_000));
        all.put("bytes", new byte[] {1, 2, 3});
        all.put("many bytes", new byte[70_000]);
    }

    private static void jdkValues(Map<String, @Nullable Object> all) {
        all.put("big integer", new BigInteger("-123456789012345678901234567890"));
        all.put("big decimal", new BigDecimal("1.10"));
        all.put("big decimal with exponent", new BigDecimal("1E+30"));
        all.put("uuid", new UUID(1, -1));
        all.put("uri", URI.create("https://example.org/a?b=c#d"));
        all.put("locale", Locale.SIMPLIFIED_CHINESE);
        all.put("locale with variant", new Locale("no", "NO", "NY"));
        all.put("currency", Currency.getInstance("EUR"));
        all.put("bit set", BitSet.valueOf(new long[] {5, 1}));
        all.put("date", new Date(1_700_000_000_123L));
        all.put("date of minutes", new Date(60_000L));
        all.put("optional", Optional.of("x"));
        all.put("empty optional", Optional.empty());
        all.put("optional int", OptionalInt.of(3));
        all.put("optional long", OptionalLong.of(1L << 40));
        all.put("optional double", OptionalDouble.of(0.5));
        all.put("empty optional double", OptionalDouble.empty());
    }

    private static void times(Map<String, @Nullable Object> all) {
        all.put("instant", Instant.ofEpochSecond(1, 1));
        all.put("last instant", Instant.MAX);
        all.put("duration", Duration.ofSeconds(-1, 5));
        all.put("period", Period.of(1, -2, 3));
        all.put("local date", LocalDate.of(-5, 1, 31));
        all.put("last date", LocalDate.MAX);
        all.put("local time", LocalTime.of(23, 59, 59, 999_999_999));
        all.put("local date time", LocalDateTime.of(2026, 2, 3, 4, 5, 6, 7));
        all.put("offset time", OffsetTime.of(1, 2, 3, 4, ZoneOffset.ofHours(2)));
        all.put("offset date time", OffsetDateTime.of(2026, 1, 1, 1, 1, 1, 1, ZoneOffset.ofTotalSeconds(-3_601)));
        all.put(
                "zoned date time, the later of two",
                ZonedDateTime.of(2026, 10, 25, 2, 30, 0, 0, ZoneId.of("Europe/Berlin"))
                        .withLaterOffsetAtOverlap());
        all.put("zoned date time of an offset", ZonedDateTime.of(2026, 1, 1, 1, 1, 1, 1, ZoneOffset.ofHours(5)));
        all.put("year", Year.of(12_345));
        all.put("year month", YearMonth.of(12_345, 1));
        all.put("month day", MonthDay.of(2, 29));
        all.put("zone", ZoneId.of("Asia/Shanghai"));
        all.put("offset", ZoneOffset.ofHoursMinutes(5, 30));
        all.put("day of week", DayOfWeek.MONDAY);
        all.put("month", Month.MAY);
        all.put("chrono unit", ChronoUnit.DECADES);
        all.put("time unit", TimeUnit.DAYS);
    }

    private static void collections(Map<String, @Nullable Object> all) {
        all.put("array list", new ArrayList<>(Arrays.asList(1, "two", null, 3L)));
        all.put("empty array list", new ArrayList<>());
        all.put("linked list", new LinkedList<>(List.of(1, 2)));
        all.put("array deque", new ArrayDeque<>(List.of(1, 2, 3)));
        all.put("copying list", new CopyOnWriteArrayList<>(List.of(1, 2)));
        all.put("hash set", new HashSet<>(List.of("a", "b")));
        all.put("linked set", new LinkedHashSet<>(List.of("b", "a", "c")));
        all.put("tree set", new TreeSet<>(List.of(3, 1, 2)));
        all.put("hash map", new HashMap<>(Map.of("a", 1, "b", 2)));
        Map<String, Object> linked = new LinkedHashMap<>();
        linked.put("z", List.of(1));
        linked.put("a", null);
        all.put("linked map", linked);
        all.put("tree map", new TreeMap<>(Map.of("b", 1, "a", 2)));
        all.put("concurrent map", new ConcurrentHashMap<>(Map.of(1L, 2L)));
        all.put("enum set", EnumSet.of(Samples.Colour.RED, Samples.Colour.GREEN));
        all.put("empty enum set", EnumSet.noneOf(Samples.Colour.class));
        all.put("enum map", new EnumMap<>(Map.of(Samples.Colour.GREEN, 1)));
        all.put("empty enum map", new EnumMap<>(Samples.Colour.class));
    }

    private static void fixed(Map<String, @Nullable Object> all) {
        all.put("List.of", List.of(3, 1, 2));
        all.put("List.of nothing", List.of());
        all.put("Set.of", Set.of("a", "b"));
        all.put("Map.of", Map.of("a", 1, "b", List.of(2)));
        all.put("Stream.toList", Stream.of(1, null, 2).toList());
        all.put("List.copyOf", List.copyOf(List.of(1, 2)));
        all.put("emptyList", Collections.emptyList());
        all.put("emptySet", Collections.emptySet());
        all.put("emptyMap", Collections.emptyMap());
        all.put("singletonList", Collections.singletonList(1));
        all.put("singleton", Collections.singleton(1));
        all.put("singletonMap", Collections.singletonMap("a", 1));
        all.put("nCopies", Collections.nCopies(3, "x"));
        all.put("unmodifiableList", Collections.unmodifiableList(new LinkedList<>(Arrays.asList(1, null))));
        all.put("unmodifiableSet", Collections.unmodifiableSet(new LinkedHashSet<>(List.of(2, 1))));
        all.put("unmodifiableMap", Collections.unmodifiableMap(new HashMap<>(Map.of("a", 1))));
        all.put("unmodifiableSortedSet", Collections.unmodifiableSortedSet(new TreeSet<>(List.of(2, 1))));
        all.put("unmodifiableSortedMap", Collections.unmodifiableNavigableMap(new TreeMap<>(Map.of(2, 1))));
    }

    private static void arrays(Map<String, @Nullable Object> all) {
        all.put("int[]", new int[] {0, 1 << 20, -1});
        all.put("long[]", new long[] {1, Long.MIN_VALUE});
        all.put("short[]", new short[] {-1, 300});
        all.put("char[]", new char[] {'a', '\ud83d'});
        all.put("boolean[]", new boolean[] {true, false});
        all.put("float[]", new float[] {1.5f, Float.NaN, -0.0f});
        all.put("double[]", new double[] {-0.0, 1e300});
        all.put("String[]", new @Nullable String[] {"a", null});
        all.put("Object[]", new @Nullable Object[] {1, "a", null, new int[] {1}});
        all.put("int[][][]", new int[][][] {{{1}}, {}});
        all.put("byte[][]", new byte[][] {{1}, {}});
        all.put("Colour[]", new Samples.Colour[] {Samples.Colour.RED});
        all.put("Shape[]", new Samples.Shape[] {new Samples.Circle(1)});
    }

    private static void own(Map<String, @Nullable Object> all) {
        all.put("enum", Samples.Colour.RED);
        all.put("enum with a body", Samples.Colour.GREEN);
        all.put("record", Samples.user());
        all.put("record of a sealed type", new Samples.Car(4));
        all.put("generic record", new Samples.Page<>(List.of(Samples.user(), Samples.user()), null));
        all.put("record with optional", new Samples.Query(null, Optional.of(LocalDate.EPOCH), 1));
        all.put("nested generics", new ArrayList<>(List.of(Map.of("a", List.of(Set.of(1L), Optional.of(2))))));
        Samples.Order order = new Samples.Order(new UUID(1, 2));
        order.users.add(Samples.user());
        order.counts.put(Samples.Colour.BLUE, 1L);
        all.put("bean", order);
        Samples.Node node = new Samples.Node();
        node.name = "round";
        node.next = node;
        node.children.add(node);
        all.put("cyclic graph", node);
    }

    /** Whether a value came back as it was: equal, in the same order, as changeable as before. */
    static boolean same(@Nullable Object was, @Nullable Object is) {
        if (was instanceof Samples.Node node) {
            return is instanceof Samples.Node other
                    && node.name.equals(other.name)
                    && (node.next == node) == (other.next == other)
                    && (node.children.contains(node) == other.children.contains(other));
        }
        if (was instanceof ArrayDeque<?> deque) {
            return is instanceof ArrayDeque<?> other && new ArrayList<>(deque).equals(new ArrayList<>(other));
        }
        if (was instanceof LinkedHashSet<?> set) {
            return is instanceof LinkedHashSet<?> other && new ArrayList<>(set).equals(new ArrayList<>(other));
        }
        if (was instanceof LinkedHashMap<?, ?> map) {
            return is instanceof LinkedHashMap<?, ?> other
                    && new ArrayList<>(map.entrySet()).equals(new ArrayList<>(other.entrySet()));
        }
        return Arrays.deepEquals(new @Nullable Object[] {was}, new @Nullable Object[] {is});
    }

    /** Collections that come back as another class, see docs/serialization.md: wrappers, which nobody can name. */
    static boolean isWrapper(@Nullable Object value) {
        return value != null
                && (value.getClass().getName().startsWith("java.util.Collections$")
                        || value.getClass().getName().startsWith("java.util.ImmutableCollections$"));
    }

    /** Kinds that come back as the nearest plain one. */
    static Map<Object, Class<?>> nearest() {
        return Map.of(
                Arrays.asList(1, 2),
                ArrayList.class,
                new ConcurrentSkipListMap<>(Map.of(1, 2)),
                TreeMap.class,
                Collections.synchronizedList(new ArrayList<>(List.of(5))),
                ArrayList.class,
                new ArrayList<>(List.of(1, 2, 3)).subList(1, 2),
                ArrayList.class,
                new LinkedHashMap<>(Map.of("k", 1)).keySet(),
                LinkedHashSet.class);
    }
}
