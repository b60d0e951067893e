package io.moa.protocol.resp;

import io.netty.buffer.ByteBuf;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/** A command as it came: its arguments, of which the first is its name. A view on a buffer, valid while a sink is told of it. Not safe for threads. */
public final class RespCommand {

    private @Nullable ByteBuf buffer;
    private int start; // of the command in the buffer
    private int[] places = new int[8]; // of each argument where it begins, counted from the start, and its length
    private int count;
    private int bytes;

    RespCommand() {}

    void begin() {
        count = 0;
    }

    void add(int index, int length) {
        if (2 * count == places.length) {
            places = Arrays.copyOf(places, 2 * places.length);
        }
        places[2 * count] = index;
        places[2 * count + 1] = length;
        count++;
    }

    void show(ByteBuf in, int from, int size) {
        buffer = in;
        start = from;
        bytes = size;
    }

    void hide() {
        buffer = null;
        if (places.length > 64) {
            places = new int[8]; // what one large command needed is not kept
        }
    }

    private int index(int argument) {
        return start + places[2 * Objects.checkIndex(argument, count)];
    }

    private ByteBuf shown() {
        return Objects.requireNonNull(buffer, "a command is valid only while its sink is told of it");
    }

    /** How many arguments it has, its name among them; at least 1. */
    public int count() {
        return count;
    }

    /** How many bytes it took on the wire. */
    public int bytes() {
        return bytes;
    }

    /** How many bytes an argument has. */
    public int length(int argument) {
        return places[2 * Objects.checkIndex(argument, count) + 1];
    }

    /**
     * Whether an argument is this word, in whatever case.
     *
     * @param word in upper case, of ASCII letters and signs
     */
    public boolean is(int argument, String word) {
        int length = length(argument);
        if (length != word.length()) {
            return false;
        }
        ByteBuf in = shown();
        int index = index(argument);
        for (int i = 0; i < length; i++) {
            int here = in.getByte(index + i);
            int upper = here >= 'a' && here <= 'z' ? here - ('a' - 'A') : here;
            if (upper != word.charAt(i)) {
                return false;
            }
        }
        return true;
    }

    /** An argument as text; what is no UTF-8 in it is replaced. */
    public String text(int argument) {
        return shown().toString(index(argument), length(argument), StandardCharsets.UTF_8);
    }

    /** The bytes of an argument: a view without a reference of its own; whoever keeps it retains it. */
    public ByteBuf slice(int argument) {
        return shown().slice(index(argument), length(argument));
    }

    /** How much memory is not used again as long as somebody keeps a slice, in bytes: all that came together. */
    public int memory() {
        return shown().capacity();
    }

    /** A copy of the bytes of an argument. */
    public byte[] copy(int argument) {
        byte[] copy = new byte[length(argument)];
        shown().getBytes(index(argument), copy);
        return copy;
    }

    /** How many arguments there are: what they say may be secret. */
    @Override
    public String toString() {
        return "RespCommand[" + count + " arguments]";
    }
}
