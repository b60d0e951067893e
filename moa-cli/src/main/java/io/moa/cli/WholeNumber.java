package io.moa.cli;

import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.TypeConversionException;

/** Numbers of options, within a range that the message names. */
final class WholeNumber {

    private WholeNumber() {}

    /** A TCP port, or 0 for a free one. */
    static final class Port implements ITypeConverter<Integer> {
        @Override
        public Integer convert(String text) {
            return (int) read(text, 0, 65_535);
        }
    }

    /** A time in milliseconds, to 30 days. */
    static final class Millis implements ITypeConverter<Long> {
        @Override
        public Long convert(String text) {
            return read(text, 1, 30L * 24 * 60 * 60 * 1000);
        }
    }

    /** The number of a user of the operating system. */
    static final class User implements ITypeConverter<Integer> {
        @Override
        public Integer convert(String text) {
            return (int) read(text, 0, Integer.MAX_VALUE);
        }
    }

    /** Lines of a table. */
    static final class Rows implements ITypeConverter<Integer> {
        @Override
        public Integer convert(String text) {
            return (int) read(text, 1, 100);
        }
    }

    /** Seconds that a process remembers. */
    static final class Window implements ITypeConverter<Integer> {
        @Override
        public Integer convert(String text) {
            return (int) read(text, 1, 59);
        }
    }

    /** Seconds between two questions. */
    static final class Interval implements ITypeConverter<Integer> {
        @Override
        public Integer convert(String text) {
            return (int) read(text, 1, 3_600);
        }
    }

    private static long read(String text, long min, long max) {
        try {
            long number = Long.parseLong(text);
            if (number >= min && number <= max) {
                return number;
            }
        } catch (NumberFormatException notANumber) {
            throw wrong(text, min, max);
        }
        throw wrong(text, min, max);
    }

    private static TypeConversionException wrong(String text, long min, long max) {
        return new TypeConversionException("'" + text + "' is not a whole number from " + min + " to " + max);
    }
}
