package io.moa.protocol.serialize;

import java.math.BigDecimal;
import java.math.BigInteger;
import java.net.URI;
import java.nio.ByteBuffer;
import java.time.DayOfWeek;
import java.time.Month;
import java.time.ZoneId;
import java.time.temporal.ChronoUnit;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.BitSet;
import java.util.Collection;
import java.util.Collections;
import java.util.Currency;
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
import java.util.concurrent.TimeUnit;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * The JDK's value types and collections on the wire. Views and wrappers, such as {@code Arrays.asList} or {@code
 * Map.keySet}, are written as the plain collection that a reader would make of them; those that cannot be changed, such as
 * {@code List.of}, stay unchangeable.
 */
final class HessianJdk {

    private static final String FIXED_LIST = "List.of";
    private static final String FIXED_SET = "Set.of";
    private static final String FIXED_MAP = "Map.of";
    private static final String FIXED_SORTED_SET = "SortedSet.of";
    private static final String FIXED_SORTED_MAP = "SortedMap.of";
    private static final String LINKED_SET = "java.util.LinkedHashSet";
    private static final String LINKED_MAP = "java.util.LinkedHashMap";
    private static final String TREE_SET = "java.util.TreeSet";
    private static final String TREE_MAP = "java.util.TreeMap";

    private static final Set<String> NAMES = namesOfAll();

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
    private final HessianTypes types;

    // Made when they are first met: most bodies hold few of them, and a start would wait for all (decision 0014).
    private final Map<String, HessianType> made = new ConcurrentHashMap<>();

    HessianJdk(HessianTypes types) {
        this.types = types;
    }

    private static Set<String> namesOfAll() {
        Set<String> names = new HashSet<>(HessianTime.NAMES);
        names.addAll(List.of(FIXED_LIST, FIXED_SET, FIXED_MAP, FIXED_SORTED_SET, FIXED_SORTED_MAP));
        names.addAll(List.of(LINKED_SET, LINKED_MAP, TREE_SET, TREE_MAP));
        names.addAll(List.of(
                "java.util.ArrayList",
                "java.util.HashMap",
                "java.util.HashSet",
                "java.util.LinkedList",
                "java.util.ArrayDeque",
                "java.util.EnumSet",
                "java.util.EnumMap",
                "java.util.concurrent.CopyOnWriteArrayList",
                "java.util.concurrent.ConcurrentHashMap"));
        names.addAll(List.of(
                "java.util.Optional",
                "java.util.OptionalInt",
                "java.util.OptionalLong",
                "java.util.OptionalDouble",
                "java.util.Date",
                "java.util.Currency",
                "java.util.Locale",
                "java.util.BitSet",
                "java.math.BigInteger",
                "java.math.BigDecimal",
                "java.net.URI",
                "java.time.ZoneId",
                "java.lang.Byte",
                "java.lang.Short",
                "java.lang.Float",
                "java.lang.Character",
                "java.time.DayOfWeek",
                "java.time.Month",
                "java.time.temporal.ChronoUnit",
                "java.util.concurrent.TimeUnit"));
        return Set.copyOf(names);
    }

    @SuppressWarnings({"rawtypes", "JdkObsolete"}) // Optional.class; LinkedList is what came
    private @Nullable HessianType make(String name) {
        return switch (name) {
            case "java.util.ArrayList" -> plainList;
            case "java.util.HashMap" -> plainMap;
            case LINKED_SET -> new HessianCollection(name, LINKED_HASHED, size -> new LinkedHashSet<>(), null);
            case LINKED_MAP -> new HessianMap(name, LINKED_HASHED, LinkedHashMap::new, null);
            case TREE_SET -> new HessianSorted(new HessianCollection(name, TREE, size -> new TreeSet<>(), null));
            case TREE_MAP -> new HessianSorted(new HessianMap(name, TREE, TreeMap::new, null));
            case FIXED_LIST -> new HessianCollection(name, LIST.plus(64), ArrayList::new, HessianJdk::fixed);
            case FIXED_SET ->
                new HessianCollection(
                        name,
                        LINKED_HASHED.plus(64),
                        size -> new LinkedHashSet<>(),
                        filled -> Collections.unmodifiableSet((Set<@Nullable Object>) filled));
            case FIXED_MAP ->
                new HessianMap(name, LINKED_HASHED.plus(64), LinkedHashMap::new, Collections::unmodifiableMap);
            case FIXED_SORTED_SET ->
                new HessianSorted(new HessianCollection(
                        name,
                        TREE.plus(64),
                        size -> new TreeSet<>(),
                        filled -> Collections.unmodifiableNavigableSet((TreeSet<@Nullable Object>) filled)));
            case FIXED_SORTED_MAP ->
                new HessianSorted(new HessianMap(
                        name,
                        TREE.plus(64),
                        TreeMap::new,
                        filled -> Collections.unmodifiableNavigableMap(
                                (TreeMap<@Nullable Object, @Nullable Object>) filled)));
            case "java.util.HashSet" -> new HessianCollection(name, HASHED, size -> new HashSet<>(), null);
            case "java.util.LinkedList" -> new HessianCollection(name, LINKED, size -> new LinkedList<>(), null);
            case "java.util.ArrayDeque" -> new HessianCollection(name, DEQUE, size -> new ArrayDeque<>(), null);
            case "java.util.EnumSet" -> new HessianEnumSet(types);
            case "java.util.EnumMap" -> new HessianEnumMap(types);
            case "java.util.concurrent.CopyOnWriteArrayList" ->
                HessianCollection.copying(CopyOnWriteArrayList.class, size -> new CopyOnWriteArrayList<>());
            case "java.util.concurrent.ConcurrentHashMap" -> new HessianMap(name, HASHED, ConcurrentHashMap::new, null);
            case "java.util.Optional" ->
                new HessianValue<Optional>(
                        Optional.class,
                        HeapCost.of(Heap.BOX),
                        o -> ((Optional<?>) o).orElse(null),
                        Optional::ofNullable);
            case "java.util.OptionalInt" ->
                new HessianValue<>(
                        OptionalInt.class,
                        HeapCost.of(Heap.object(16)),
                        o -> o.isPresent() ? o.getAsInt() : null,
                        plain -> plain == null ? OptionalInt.empty() : OptionalInt.of((Integer) plain));
            case "java.util.OptionalLong" ->
                new HessianValue<>(
                        OptionalLong.class,
                        HeapCost.of(Heap.object(16)),
                        o -> o.isPresent() ? o.getAsLong() : null,
                        plain -> plain == null ? OptionalLong.empty() : OptionalLong.of((Long) plain));
            case "java.util.OptionalDouble" ->
                new HessianValue<>(
                        OptionalDouble.class,
                        HeapCost.of(Heap.object(16)),
                        o -> o.isPresent() ? o.getAsDouble() : null,
                        plain -> plain == null ? OptionalDouble.empty() : OptionalDouble.of((Double) plain));
            case "java.util.Date" -> new HessianDate();
            case "java.util.Currency" ->
                value(Currency.class, 512, 4, Currency::getCurrencyCode, plain -> Currency.getInstance((String) plain));
            case "java.util.Locale" ->
                value(Locale.class, 4096, 16, LocaleText::of, plain -> LocaleText.parse((String) plain));
            case "java.util.BitSet" ->
                value(BitSet.class, 256, 4, BitSet::toByteArray, plain -> BitSet.valueOf((byte[]) plain));
            case "java.math.BigInteger" ->
                value(BigInteger.class, 128, 4, BigInteger::toByteArray, plain -> new BigInteger((byte[]) plain));
            case "java.math.BigDecimal" ->
                value(BigDecimal.class, 256, 4, HessianJdk::decimalBytes, plain -> decimal((byte[]) plain));
            // A URI keeps its parts as texts of their own.
            case "java.net.URI" -> value(URI.class, 512, 8, URI::toString, plain -> URI.create((String) plain));
            // A region is a name and its rules, which are shared.
            case "java.time.ZoneId" -> value(ZoneId.class, 512, 4, ZoneId::getId, plain -> ZoneId.of((String) plain));
            case "java.lang.Byte" ->
                value(Byte.class, 64, 0, Byte::intValue, plain ->
                        (Byte) Fit.required(plain, byte.class, HeapBudget.UNCOUNTED));
            case "java.lang.Short" ->
                value(Short.class, 64, 0, Short::intValue, plain ->
                        (Short) Fit.required(plain, short.class, HeapBudget.UNCOUNTED));
            case "java.lang.Float" ->
                value(Float.class, 64, 0, Float::doubleValue, plain ->
                        (Float) Fit.required(plain, float.class, HeapBudget.UNCOUNTED));
            case "java.lang.Character" ->
                value(Character.class, 64, 0, letter -> letter.toString(), plain ->
                        (Character) Fit.required(plain, char.class, HeapBudget.UNCOUNTED));
            case "java.time.DayOfWeek" -> new HessianEnum(DayOfWeek.class);
            case "java.time.Month" -> new HessianEnum(Month.class);
            case "java.time.temporal.ChronoUnit" -> new HessianEnum(ChronoUnit.class);
            case "java.util.concurrent.TimeUnit" -> new HessianEnum(TimeUnit.class);
            default -> HessianTime.of(name);
        };
    }

    HessianType plainList() {
        return plainList;
    }

    HessianType plainMap() {
        return plainMap;
    }

    /** Every name that stands for one of these types. */
    Set<String> names() {
        return NAMES;
    }

    @Nullable
    HessianType ofName(String name) {
        HessianType known = made.get(name);
        if (known == null && NAMES.contains(name)) {
            HessianType fresh = make(name);
            if (fresh != null) {
                HessianType first = made.putIfAbsent(name, fresh);
                known = first == null ? fresh : first;
            }
        }
        return known;
    }

    /** The type that writes values of this class; null if it is none of the JDK's. */
    @Nullable
    HessianType ofClass(Class<?> type) {
        if (type.getClassLoader() != null) {
            return null;
        }
        HessianType exact = ofName(type.getName());
        if (exact != null) {
            return exact;
        }
        if (ZoneId.class.isAssignableFrom(type)) {
            return ofName(ZoneId.class.getName());
        }
        if (EnumSet.class.isAssignableFrom(type)) {
            return ofName(EnumSet.class.getName());
        }
        boolean fixed = type.getName().startsWith("java.util.ImmutableCollections$")
                || type.getName().startsWith("java.util.Collections$Unmodifiable")
                || type.getName().startsWith("java.util.Collections$Empty")
                || type.getName().startsWith("java.util.Collections$Singleton")
                || type.getName().equals("java.util.Collections$CopiesList");
        if (SortedSet.class.isAssignableFrom(type)) {
            return ofName(fixed ? FIXED_SORTED_SET : TREE_SET);
        }
        if (SortedMap.class.isAssignableFrom(type)) {
            return ofName(fixed ? FIXED_SORTED_MAP : TREE_MAP);
        }
        if (Set.class.isAssignableFrom(type)) {
            return ofName(fixed ? FIXED_SET : LINKED_SET);
        }
        if (Collection.class.isAssignableFrom(type)) {
            return fixed ? ofName(FIXED_LIST) : plainList;
        }
        if (Map.class.isAssignableFrom(type)) {
            return ofName(fixed ? FIXED_MAP : LINKED_MAP);
        }
        return null;
    }

    private static <T> HessianType value(
            Class<T> type, int heap, int heapPerByte, HessianValue.Out<T> out, Function<Object, T> in) {
        return new HessianValue<>(type, HeapCost.perByte(heap, heapPerByte), out, plain -> {
            if (plain == null) {
                throw new NullPointerException();
            }
            return in.apply(plain);
        });
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
        return Decimals.bounded(new BigDecimal(
                new BigInteger(Arrays.copyOfRange(bytes, 4, bytes.length)),
                ByteBuffer.wrap(bytes).getInt()));
    }
}
