package io.moa.protocol.serialize;

import java.math.BigDecimal;
import java.math.BigInteger;
import java.net.URI;
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
import java.util.BitSet;
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
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import org.jspecify.annotations.Nullable;

/**
 * The types of the JDK that bodies may hold, each by name. {@code java.*} as a whole is never allowed: {@code
 * java.lang.ProcessBuilder} and {@code java.security.SignedObject} live there too.
 */
final class JdkTypes {

    private static final List<Class<?>> CREATABLE = List.of(
            // values
            String.class,
            Boolean.class,
            Byte.class,
            Short.class,
            Character.class,
            Integer.class,
            Long.class,
            Float.class,
            Double.class,
            BigInteger.class,
            BigDecimal.class,
            Date.class,
            UUID.class,
            URI.class,
            Locale.class,
            Currency.class,
            BitSet.class,
            Optional.class,
            OptionalInt.class,
            OptionalLong.class,
            OptionalDouble.class,
            // java.time; its two enums too
            Instant.class,
            Duration.class,
            Period.class,
            LocalDate.class,
            LocalTime.class,
            LocalDateTime.class,
            OffsetTime.class,
            OffsetDateTime.class,
            ZonedDateTime.class,
            Year.class,
            YearMonth.class,
            MonthDay.class,
            ZoneId.class,
            ZoneOffset.class,
            java.time.DayOfWeek.class,
            java.time.Month.class,
            java.time.temporal.ChronoUnit.class,
            java.util.concurrent.TimeUnit.class,
            // collections
            ArrayList.class,
            LinkedList.class,
            ArrayDeque.class,
            CopyOnWriteArrayList.class,
            HashSet.class,
            LinkedHashSet.class,
            TreeSet.class,
            EnumSet.class,
            HashMap.class,
            LinkedHashMap.class,
            TreeMap.class,
            ConcurrentHashMap.class,
            EnumMap.class);

    private JdkTypes() {}

    /** A fresh map that the caller may add to. */
    static Map<String, @Nullable Class<?>> creatable() {
        Map<String, @Nullable Class<?>> names = new LinkedHashMap<>();
        CREATABLE.forEach(type -> names.put(type.getName(), type));
        return names;
    }
}
