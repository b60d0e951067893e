package io.moa.e2e.hostile;

import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.lang.reflect.Field;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.Map;
import org.slf4j.ILoggerFactory;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Everything that MOA can log is logged, into memory, until closed. The simple logger has no way of changing levels once its
 * loggers are made, so its fields are set.
 */
final class LoudLog implements AutoCloseable {

    private static final int TRACE = 0;

    private final PrintStream before = System.err;
    private final ByteArrayOutputStream heard = new ByteArrayOutputStream();
    private final Map<Logger, Integer> levels = new HashMap<>();

    LoudLog() throws ReflectiveOperationException {
        System.setProperty("org.slf4j.simpleLogger.log.io.moa", "trace"); // for loggers that are made from here on
        ILoggerFactory factory = LoggerFactory.getILoggerFactory();
        Field known = factory.getClass().getDeclaredField("loggerMap");
        known.setAccessible(true);
        for (Object logger : ((Map<?, ?>) known.get(factory)).values()) {
            Logger each = (Logger) logger;
            if (each.getName().startsWith("io.moa.")) {
                levels.put(each, level(each).getInt(each));
                level(each).setInt(each, TRACE);
            }
        }
        System.setErr(new PrintStream(heard, true, StandardCharsets.UTF_8));
    }

    private static Field level(Logger logger) throws ReflectiveOperationException {
        Field level = logger.getClass().getDeclaredField("currentLogLevel");
        level.setAccessible(true);
        return level;
    }

    String heard() {
        return heard.toString(StandardCharsets.UTF_8);
    }

    @Override
    public void close() throws ReflectiveOperationException {
        System.setErr(before);
        System.clearProperty("org.slf4j.simpleLogger.log.io.moa");
        for (Map.Entry<Logger, Integer> each : levels.entrySet()) {
            level(each.getKey()).setInt(each.getKey(), each.getValue());
        }
    }
}
