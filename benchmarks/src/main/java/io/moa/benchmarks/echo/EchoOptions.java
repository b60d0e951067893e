package io.moa.benchmarks.echo;

import java.lang.reflect.RecordComponent;
import java.util.ArrayList;
import java.util.List;

/**
 * What both processes of a contender must agree on. Travels to them as words of the form {@code name=value}.
 *
 * @param callers threads that call and block, in a closed loop; from 1
 * @param connections connections between client and server; from 1
 * @param loops event loops of each side; from 1
 * @param workers threads of a server that executes calls outside its event loops; from 1
 * @param payloadBytes length of the echoed body; from 0
 * @param ratePerSecond arrivals of the open loop; 0 means a closed loop
 * @param transport the same for every contender
 */
public record EchoOptions(
        int callers,
        int connections,
        int loops,
        int workers,
        int payloadBytes,
        int ratePerSecond,
        Transport transport) {

    public EchoOptions {
        atLeast(1, callers, "callers");
        atLeast(1, connections, "connections");
        atLeast(1, loops, "loops");
        atLeast(1, workers, "workers");
        atLeast(0, payloadBytes, "payload");
        atLeast(0, ratePerSecond, "rate");
    }

    /** Whether calls arrive by a schedule, whatever became of those before. */
    public boolean open() {
        return ratePerSecond > 0;
    }

    /** As words for {@link #parse}, in the order of the record's components. */
    public List<String> words() {
        List<String> words = new ArrayList<>();
        for (RecordComponent component : EchoOptions.class.getRecordComponents()) {
            try {
                words.add(component.getName() + "=" + component.getAccessor().invoke(this));
            } catch (ReflectiveOperationException e) {
                throw new IllegalStateException(e); // our own public record
            }
        }
        return words;
    }

    /** Reads what {@link #words} wrote. */
    public static EchoOptions parse(List<String> words) {
        int[] numbers = words.stream()
                .filter(word -> !word.startsWith("transport="))
                .mapToInt(word -> Integer.parseInt(word.substring(word.indexOf('=') + 1)))
                .toArray();
        Transport transport = words.stream()
                .filter(word -> word.startsWith("transport="))
                .map(word -> Transport.valueOf(word.substring(word.indexOf('=') + 1)))
                .findFirst()
                .orElseThrow();
        return new EchoOptions(numbers[0], numbers[1], numbers[2], numbers[3], numbers[4], numbers[5], transport);
    }

    /** One line for a heading. */
    public String describe() {
        String load = open()
                ? "open loop, " + ratePerSecond + " calls/s by a fixed schedule"
                : "closed loop, " + callers + " blocked " + (callers == 1 ? "caller" : "callers");
        return load + ", " + connections + (connections == 1 ? " connection, " : " connections, ") + loops
                + (loops == 1 ? " event loop" : " event loops") + " per side, " + payloadBytes + " B, " + transport;
    }

    private static void atLeast(int least, int value, String name) {
        if (value < least) {
            throw new IllegalArgumentException("--" + name + " is " + value + "; the least is " + least);
        }
    }
}
