package io.moa.protocol.serialize;

import java.math.BigDecimal;
import java.math.BigInteger;
import java.net.URI;
import java.nio.ByteBuffer;
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
import java.time.temporal.ChronoField;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.BitSet;
import java.util.Collection;
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
import java.util.SortedMap;
import java.util.SortedSet;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * The JDK's value types and collections on the wire. Views and wrappers, such as {@code Arrays.asList} or {@code
 * Map.keySet}, are written as the plain collection that a reader would make of them; those that cannot be changed, such as
 * {@code List.of}, stay unchangeable.
 */
final class HessianJdk {

    private final Map<Class<?>, HessianType> byClass = new HashMap<>();
    private final Map<String, HessianType> byName = new HashMap<>();

    private final HessianType plainList = new HessianCollection(null, ArrayList::new, null);
    private final HessianType plainMap = new HessianMap(null, HashMap::new, null);
    private final HessianType linkedSet =
            new HessianCollection(LinkedHashSet.class.getName(), size -> new LinkedHashSet<>(), null);
    private final HessianType linkedMap = new HessianMap(LinkedHashMap.class.getName(), LinkedHashMap::new, null);
    private final HessianType treeSet =
            new HessianSorted(new HessianCollection(TreeSet.class.getName(), size -> new TreeSet<>(), null));
    private final HessianType treeMap = new HessianSorted(new HessianMap(TreeMap.class.getName(), TreeMap::new, null));
    private final HessianType fixedList = new HessianCollection("List.of", ArrayList::new, HessianJdk::fixed);
    private final HessianType fixedSet = new HessianCollection(
            "Set.of",
            size -> new LinkedHashSet<>(),
            filled -> Collections.unmodifiableSet((Set<@Nullable Object>) filled));
    private final HessianType fixedMap = new HessianMap("Map.of", LinkedHashMap::new, Collections::unmodifiableMap);

    @SuppressWarnings({"rawtypes", "JdkObsolete"}) // Optional.class; LinkedList is what came
    HessianJdk(HessianTypes types) {
        text(LocalDate.class, LocalDate::parse);
        text(LocalTime.class, LocalTime::parse);
        text(LocalDateTime.class, LocalDateTime::parse);
        text(OffsetTime.class, OffsetTime::parse);
        text(OffsetDateTime.class, OffsetDateTime::parse);
        text(ZonedDateTime.class, ZonedDateTime::parse);
        text(Instant.class, Instant::parse);
        text(Duration.class, Duration::parse);
        text(Period.class, Period::parse);
        text(MonthDay.class, MonthDay::parse);
        text(ZoneOffset.class, ZoneOffset::of);
        text(ZoneId.class, ZoneId::of);
        text(UUID.class, UUID::fromString);
        text(URI.class, URI::create);
        // The texts of years after 9999 cannot be read back.
        value(YearMonth.class, month -> month.getLong(ChronoField.PROLEPTIC_MONTH), plain -> YearMonth.of(0, 1)
                .with(ChronoField.PROLEPTIC_MONTH, (Long) plain));
        value(Year.class, Year::getValue, plain -> Year.of((Integer) plain));
        value(Currency.class, Currency::getCurrencyCode, plain -> Currency.getInstance((String) plain));
        value(Locale.class, LocaleText::of, plain -> LocaleText.parse((String) plain));
        value(BigInteger.class, BigInteger::toByteArray, plain -> new BigInteger((byte[]) plain));
        value(BigDecimal.class, HessianJdk::decimalBytes, plain -> decimal((byte[]) plain));
        value(BitSet.class, BitSet::toByteArray, plain -> BitSet.valueOf((byte[]) plain));
        value(Byte.class, Byte::intValue, plain -> (Byte) Fit.required(plain, byte.class));
        value(Short.class, Short::intValue, plain -> (Short) Fit.required(plain, short.class));
        value(Float.class, Float::doubleValue, plain -> (Float) Fit.required(plain, float.class));
        value(Character.class, letter -> letter.toString(), plain -> (Character) Fit.required(plain, char.class));
        register(
                Optional.class,
                new HessianValue<Optional>(Optional.class, o -> ((Optional<?>) o).orElse(null), Optional::ofNullable));
        register(
                OptionalInt.class,
                new HessianValue<>(
                        OptionalInt.class,
                        o -> o.isPresent() ? o.getAsInt() : null,
                        plain -> plain == null ? OptionalInt.empty() : OptionalInt.of((Integer) plain)));
        register(
                OptionalLong.class,
                new HessianValue<>(
                        OptionalLong.class,
                        o -> o.isPresent() ? o.getAsLong() : null,
                        plain -> plain == null ? OptionalLong.empty() : OptionalLong.of((Long) plain)));
        register(
                OptionalDouble.class,
                new HessianValue<>(
                        OptionalDouble.class,
                        o -> o.isPresent() ? o.getAsDouble() : null,
                        plain -> plain == null ? OptionalDouble.empty() : OptionalDouble.of((Double) plain)));
        register(Date.class, new HessianDate());
        for (Class<?> each : List.of(
                java.time.DayOfWeek.class,
                java.time.Month.class,
                java.time.temporal.ChronoUnit.class,
                java.util.concurrent.TimeUnit.class)) {
            register(each, new HessianEnum(each));
        }

        byClass.put(ArrayList.class, plainList);
        byClass.put(HashMap.class, plainMap);
        byName.put(ArrayList.class.getName(), plainList);
        byName.put(HashMap.class.getName(), plainMap);
        register(LinkedHashSet.class, linkedSet);
        register(LinkedHashMap.class, linkedMap);
        register(TreeSet.class, treeSet);
        register(TreeMap.class, treeMap);
        collection(LinkedList.class, size -> new LinkedList<>());
        collection(ArrayDeque.class, size -> new ArrayDeque<>());
        collection(CopyOnWriteArrayList.class, size -> new CopyOnWriteArrayList<>());
        collection(HashSet.class, size -> new HashSet<>());
        register(
                ConcurrentHashMap.class,
                new HessianMap(ConcurrentHashMap.class.getName(), ConcurrentHashMap::new, null));
        register(EnumSet.class, new HessianEnumSet(types));
        register(EnumMap.class, new HessianEnumMap(types));
        byName.put(fixedList.name(), fixedList);
        byName.put(fixedSet.name(), fixedSet);
        byName.put(fixedMap.name(), fixedMap);
    }

    HessianType plainList() {
        return plainList;
    }

    HessianType plainMap() {
        return plainMap;
    }

    @Nullable
    HessianType ofName(String name) {
        return byName.get(name);
    }

    /** The type that writes values of this class; null if it is none of the JDK's. */
    @Nullable
    HessianType ofClass(Class<?> type) {
        HessianType exact = byClass.get(type);
        if (exact != null) {
            return exact;
        }
        if (type.getClassLoader() != null) {
            return null;
        }
        if (ZoneId.class.isAssignableFrom(type)) {
            return byName.get(ZoneId.class.getName());
        }
        if (EnumSet.class.isAssignableFrom(type)) {
            return byName.get(EnumSet.class.getName());
        }
        boolean fixed = type.getName().startsWith("java.util.ImmutableCollections$")
                || type.getName().startsWith("java.util.Collections$Unmodifiable")
                || type.getName().startsWith("java.util.Collections$Empty")
                || type.getName().startsWith("java.util.Collections$Singleton");
        if (SortedSet.class.isAssignableFrom(type)) {
            return treeSet;
        }
        if (SortedMap.class.isAssignableFrom(type)) {
            return treeMap;
        }
        if (Set.class.isAssignableFrom(type)) {
            return fixed ? fixedSet : linkedSet;
        }
        if (Collection.class.isAssignableFrom(type)) {
            return fixed ? fixedList : plainList;
        }
        if (Map.class.isAssignableFrom(type)) {
            return fixed ? fixedMap : linkedMap;
        }
        return null;
    }

    private <T> void text(Class<T> type, Function<String, T> parse) {
        value(type, value -> value.toString(), plain -> parse.apply((String) plain));
    }

    private <T> void value(Class<T> type, HessianValue.Out<T> out, Function<Object, T> in) {
        register(type, new HessianValue<>(type, out, plain -> {
            if (plain == null) {
                throw new NullPointerException();
            }
            return in.apply(plain);
        }));
    }

    private void collection(Class<?> type, java.util.function.IntFunction<Collection<@Nullable Object>> maker) {
        register(type, new HessianCollection(type.getName(), maker, null));
    }

    private void register(Class<?> type, HessianType how) {
        byClass.put(type, how);
        byName.put(type.getName(), how);
    }

    private static Collection<@Nullable Object> fixed(Collection<@Nullable Object> filled) {
        return Collections.unmodifiableList((ArrayList<@Nullable Object>) filled);
    }

    /** Four bytes of scale, then the unscaled value: reading digits would take time with the square of their number. */
    private static byte[] decimalBytes(BigDecimal value) {
        byte[] unscaled = value.unscaledValue().toByteArray();
        return ByteBuffer.allocate(4 + unscaled.length)
                .putInt(value.scale())
                .put(unscaled)
                .array();
    }

    private static BigDecimal decimal(byte[] bytes) {
        if (bytes.length < 5) {
            throw new IllegalArgumentException();
        }
        return new BigDecimal(
                new BigInteger(Arrays.copyOfRange(bytes, 4, bytes.length)),
                ByteBuffer.wrap(bytes).getInt());
    }
}
