package io.moa.protocol.serialize;

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
import java.time.ZoneOffset;
import java.time.ZonedDateTime;
import java.time.temporal.ChronoField;
import java.util.List;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * The types of {@code java.time} as numbers: days since 1970, seconds of the day, nanoseconds of the second, seconds of the
 * offset. The times of most bodies have no fraction, and take one byte for that.
 */
final class HessianTime {

    private static final int DATE = Heap.object(8);
    private static final int TIME = Heap.object(8);
    private static final int DATE_TIME = DATE + TIME + Heap.object(16);
    /** An offset of whole quarters of an hour is shared; any other has its text with it. */
    private static final int OFFSET = Heap.object(16) + Heap.TEXT + 256;

    private static final String DAY = "day";
    private static final String SECOND = "second";
    private static final String NANO = "nano";
    private static final String SHIFT = "offset";

    /** Their names. */
    static final List<String> NAMES = List.of(
            "java.time.LocalDate",
            "java.time.LocalTime",
            "java.time.LocalDateTime",
            "java.time.OffsetTime",
            "java.time.OffsetDateTime",
            "java.time.ZonedDateTime",
            "java.time.Instant",
            "java.time.Duration",
            "java.time.Period",
            "java.time.Year",
            "java.time.YearMonth",
            "java.time.MonthDay",
            "java.time.ZoneOffset",
            "java.util.UUID");

    private HessianTime() {}

    /** The type of one of the names; null if it is none of them. */
    static @Nullable HessianParts<?> of(String name) {
        return switch (name) {
            case "java.time.LocalDate" ->
                new HessianParts<>(LocalDate.class, DATE, names(DAY), (v, i) -> v.toEpochDay(), p -> date(p[0]));
            case "java.time.LocalTime" ->
                new HessianParts<>(
                        LocalTime.class, TIME, names(SECOND, NANO), HessianTime::part, p -> time(p[0], p[1]));
            case "java.time.LocalDateTime" ->
                new HessianParts<>(
                        LocalDateTime.class,
                        DATE_TIME,
                        names(DAY, SECOND, NANO),
                        HessianTime::part,
                        HessianTime::dateTime);
            case "java.time.OffsetTime" ->
                new HessianParts<>(
                        OffsetTime.class,
                        TIME + OFFSET + Heap.object(16),
                        names(SECOND, NANO, SHIFT),
                        (v, i) ->
                                i < 2 ? part(v.toLocalTime(), i) : v.getOffset().getTotalSeconds(),
                        p -> OffsetTime.of(time(p[0], p[1]), offset(p[2])));
            case "java.time.OffsetDateTime" ->
                new HessianParts<>(
                        OffsetDateTime.class,
                        DATE_TIME + OFFSET + Heap.object(16),
                        names(DAY, SECOND, NANO, SHIFT),
                        (v, i) -> i < 3
                                ? part(v.toLocalDateTime(), i)
                                : v.getOffset().getTotalSeconds(),
                        p -> OffsetDateTime.of(dateTime(p), offset(p[3])));
            // The instant is kept even if the two sides know different rules of the zone.
            case "java.time.ZonedDateTime" ->
                new HessianParts<>(
                        ZonedDateTime.class,
                        2 * DATE_TIME + OFFSET + Heap.object(24) + 1024,
                        names(DAY, SECOND, NANO, SHIFT, "zone"),
                        (v, i) -> i < 3
                                ? part(v.toLocalDateTime(), i)
                                : v.getOffset().getTotalSeconds(),
                        v -> v.getZone().getId(),
                        (p, zone) -> ZonedDateTime.ofInstant(dateTime(p), offset(p[3]), java.time.ZoneId.of(zone)));
            case "java.time.Instant" ->
                new HessianParts<>(
                        Instant.class,
                        Heap.object(12),
                        names(SECOND, NANO),
                        (v, i) -> i == 0 ? v.getEpochSecond() : v.getNano(),
                        p -> Instant.ofEpochSecond(p[0], p[1]));
            case "java.time.Duration" ->
                new HessianParts<>(
                        Duration.class,
                        Heap.object(12),
                        names(SECOND, NANO),
                        (v, i) -> i == 0 ? v.getSeconds() : v.getNano(),
                        p -> Duration.ofSeconds(p[0], p[1]));
            case "java.time.Period" ->
                new HessianParts<>(
                        Period.class,
                        Heap.object(12),
                        names("years", "months", "days"),
                        (v, i) -> i == 0 ? v.getYears() : i == 1 ? v.getMonths() : v.getDays(),
                        p -> Period.of(Math.toIntExact(p[0]), Math.toIntExact(p[1]), Math.toIntExact(p[2])));
            case "java.time.Year" ->
                new HessianParts<>(
                        Year.class,
                        Heap.object(4),
                        names("year"),
                        (v, i) -> v.getValue(),
                        p -> Year.of(Math.toIntExact(p[0])));
            case "java.time.YearMonth" ->
                new HessianParts<>(
                        YearMonth.class,
                        3 * Heap.object(8),
                        names("month"),
                        (v, i) -> v.getLong(ChronoField.PROLEPTIC_MONTH),
                        p -> YearMonth.of(0, 1).with(ChronoField.PROLEPTIC_MONTH, p[0]));
            case "java.time.MonthDay" ->
                new HessianParts<>(
                        MonthDay.class,
                        Heap.object(8),
                        names("month", DAY),
                        (v, i) -> i == 0 ? v.getMonthValue() : v.getDayOfMonth(),
                        p -> MonthDay.of(Math.toIntExact(p[0]), Math.toIntExact(p[1])));
            case "java.time.ZoneOffset" ->
                new HessianParts<>(
                        ZoneOffset.class, OFFSET, names(SHIFT), (v, i) -> v.getTotalSeconds(), p -> offset(p[0]));
            case "java.util.UUID" ->
                new HessianParts<>(
                        UUID.class,
                        Heap.object(16),
                        names("high", "low"),
                        (v, i) -> i == 0 ? v.getMostSignificantBits() : v.getLeastSignificantBits(),
                        p -> new UUID(p[0], p[1]));
            default -> null;
        };
    }

    private static String[] names(String... names) {
        return names;
    }

    private static long part(LocalTime time, int index) {
        return index == 0 ? time.toSecondOfDay() : time.get(ChronoField.NANO_OF_SECOND);
    }

    private static long part(LocalDateTime value, int index) {
        return index == 0 ? value.toLocalDate().toEpochDay() : part(value.toLocalTime(), index - 1);
    }

    private static LocalDate date(long day) {
        return LocalDate.ofEpochDay(day);
    }

    private static LocalTime time(long second, long nano) {
        if (nano < 0 || nano > 999_999_999) {
            throw new java.time.DateTimeException("nano");
        }
        // With the nanosecond in one step, so that one object is made.
        return LocalTime.ofNanoOfDay(Math.addExact(Math.multiplyExact(second, 1_000_000_000L), nano));
    }

    private static LocalDateTime dateTime(long[] parts) {
        return LocalDateTime.of(date(parts[0]), time(parts[1], parts[2]));
    }

    private static ZoneOffset offset(long seconds) {
        return ZoneOffset.ofTotalSeconds(Math.toIntExact(seconds));
    }
}
