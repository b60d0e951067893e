package io.moa.protocol.serialize;

import java.math.BigDecimal;
import java.math.BigInteger;
import java.net.URI;
import java.nio.ByteBuffer;
import java.time.ZoneId;
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

    /** A list that grows by half: all its arrays on the way, the last one a third empty. */
    private static final HeapCost LIST = new HeapCost(32 + Heap.ARRAY, Heap.REFERENCE, 5 * Heap.REFERENCE, 0);
    /** An entry, its share of a table that doubles, and the larger entry that it becomes when too many collide. */
    static final HeapCost HASHED = HeapCost.perElement(320, 192);

    private static final HeapCost LINKED_HASHED = HeapCost.perElement(320, 208);
    private static final HeapCost TREE = HeapCost.perElement(128, 64);
    private static final HeapCost LINKED = HeapCost.perElement(64, 40);
    private static final HeapCost DEQUE = HeapCost.perElement(256, 6 * Heap.REFERENCE);

    private final HessianType plainList = new HessianCollection(null, LIST, ArrayList::new, null);
    private final HessianType plainMap = new HessianMap(null, HASHED, HashMap::new, null);
    private final HessianType linkedSet =
            new HessianCollection(LinkedHashSet.class.getName(), LINKED_HASHED, size -> new LinkedHashSet<>(), null);
    private final HessianType linkedMap =
            new HessianMap(LinkedHashMap.class.getName(), LINKED_HASHED, LinkedHashMap::new, null);
    private final HessianType treeSet =
            new HessianSorted(new HessianCollection(TreeSet.class.getName(), TREE, size -> new TreeSet<>(), null));
    private final HessianType treeMap =
            new HessianSorted(new HessianMap(TreeMap.class.getName(), TREE, TreeMap::new, null));
    private final HessianType fixedList =
            new HessianCollection("List.of", LIST.plus(64), ArrayList::new, HessianJdk::fixed);
    private final HessianType fixedSet = new HessianCollection(
            "Set.of",
            LINKED_HASHED.plus(64),
            size -> new LinkedHashSet<>(),
            filled -> Collections.unmodifiableSet((Set<@Nullable Object>) filled));
    private final HessianType fixedMap =
            new HessianMap("Map.of", LINKED_HASHED.plus(64), LinkedHashMap::new, Collections::unmodifiableMap);
    private final HessianType fixedSortedSet = new HessianSorted(new HessianCollection(
            "SortedSet.of",
            TREE.plus(64),
            size -> new TreeSet<>(),
            filled -> Collections.unmodifiableNavigableSet((TreeSet<@Nullable Object>) filled)));
    private final HessianType fixedSortedMap = new HessianSorted(new HessianMap(
            "SortedMap.of",
            TREE.plus(64),
            TreeMap::new,
            filled -> Collections.unmodifiableNavigableMap((TreeMap<@Nullable Object, @Nullable Object>) filled)));

    @SuppressWarnings({"rawtypes", "JdkObsolete"}) // Optional.class; LinkedList is what came
    HessianJdk(HessianTypes types) {
        HessianTime.types().forEach(this::register);
        // A region is a name and its rules, which are shared.
        value(ZoneId.class, 512, 4, ZoneId::getId, plain -> ZoneId.of((String) plain));
        // A URI keeps its parts as texts of their own.
        value(URI.class, 512, 8, URI::toString, plain -> URI.create((String) plain));
        value(Currency.class, 512, 4, Currency::getCurrencyCode, plain -> Currency.getInstance((String) plain));
        value(Locale.class, 4096, 16, LocaleText::of, plain -> LocaleText.parse((String) plain));
        value(BigInteger.class, 128, 4, BigInteger::toByteArray, plain -> new BigInteger((byte[]) plain));
        value(BigDecimal.class, 256, 4, HessianJdk::decimalBytes, plain -> decimal((byte[]) plain));
        value(BitSet.class, 256, 4, BitSet::toByteArray, plain -> BitSet.valueOf((byte[]) plain));
        value(Byte.class, 64, 0, Byte::intValue, plain -> (Byte) Fit.required(plain, byte.class, HeapBudget.UNCOUNTED));
        value(Short.class, 64, 0, Short::intValue, plain ->
                (Short) Fit.required(plain, short.class, HeapBudget.UNCOUNTED));
        value(Float.class, 64, 0, Float::doubleValue, plain ->
                (Float) Fit.required(plain, float.class, HeapBudget.UNCOUNTED));
        value(Character.class, 64, 0, letter -> letter.toString(), plain ->
                (Character) Fit.required(plain, char.class, HeapBudget.UNCOUNTED));
        register(
                Optional.class,
                new HessianValue<Optional>(
                        Optional.class,
                        HeapCost.of(Heap.BOX),
                        o -> ((Optional<?>) o).orElse(null),
                        Optional::ofNullable));
        register(
                OptionalInt.class,
                new HessianValue<>(
                        OptionalInt.class,
                        HeapCost.of(Heap.object(16)),
                        o -> o.isPresent() ? o.getAsInt() : null,
                        plain -> plain == null ? OptionalInt.empty() : OptionalInt.of((Integer) plain)));
        register(
                OptionalLong.class,
                new HessianValue<>(
                        OptionalLong.class,
                        HeapCost.of(Heap.object(16)),
                        o -> o.isPresent() ? o.getAsLong() : null,
                        plain -> plain == null ? OptionalLong.empty() : OptionalLong.of((Long) plain)));
        register(
                OptionalDouble.class,
                new HessianValue<>(
                        OptionalDouble.class,
                        HeapCost.of(Heap.object(16)),
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
        collection(LinkedList.class, LINKED, size -> new LinkedList<>());
        collection(ArrayDeque.class, DEQUE, size -> new ArrayDeque<>());
        register(
                CopyOnWriteArrayList.class,
                HessianCollection.copying(CopyOnWriteArrayList.class, size -> new CopyOnWriteArrayList<>()));
        collection(HashSet.class, HASHED, size -> new HashSet<>());
        register(
                ConcurrentHashMap.class,
                new HessianMap(ConcurrentHashMap.class.getName(), HASHED, ConcurrentHashMap::new, null));
        register(EnumSet.class, new HessianEnumSet(types));
        register(EnumMap.class, new HessianEnumMap(types));
        for (HessianType each : List.of(fixedList, fixedSet, fixedMap, fixedSortedSet, fixedSortedMap)) {
            byName.put(each.name(), each);
        }
    }

    HessianType plainList() {
        return plainList;
    }

    HessianType plainMap() {
        return plainMap;
    }

    /** Every name that stands for one of these types. */
    Set<String> names() {
        return byName.keySet();
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
                || type.getName().startsWith("java.util.Collections$Singleton")
                || type.getName().equals("java.util.Collections$CopiesList");
        if (SortedSet.class.isAssignableFrom(type)) {
            return fixed ? fixedSortedSet : treeSet;
        }
        if (SortedMap.class.isAssignableFrom(type)) {
            return fixed ? fixedSortedMap : treeMap;
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

    private <T> void value(Class<T> type, int heap, int heapPerByte, HessianValue.Out<T> out, Function<Object, T> in) {
        register(type, new HessianValue<>(type, HeapCost.perByte(heap, heapPerByte), out, plain -> {
            if (plain == null) {
                throw new NullPointerException();
            }
            return in.apply(plain);
        }));
    }

    private void collection(
            Class<?> type, HeapCost heap, java.util.function.IntFunction<Collection<@Nullable Object>> maker) {
        register(type, new HessianCollection(type.getName(), heap, maker, null));
    }

    private void register(HessianParts<?> how) {
        register(how.type(), how);
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
