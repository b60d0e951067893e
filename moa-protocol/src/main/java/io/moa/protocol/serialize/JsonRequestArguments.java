package io.moa.protocol.serialize;

import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import io.moa.protocol.payload.KnownTexts;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Where the arguments of a request stand in its bytes. Written by one thread while the request is read, then only read. */
final class JsonRequestArguments {

    /** As many parameters as a method of Java may have, and so as many arguments by name. */
    static final int MAX_NAMED = 255;

    private static final int[] NO_BOUNDS = {};

    private final ByteBuf in;
    private final byte @Nullable [] own; // the same, if it belongs to this request
    private final int base;
    private int start;
    private int end;
    private int count;
    private @Nullable List<String> names = List.of();
    private @Nullable KnownTexts known;
    private int[] bounds = NO_BOUNDS; // by name: where each value begins, and where it ends or what follows it begins

    /**
     * Of a request without any, until one is taken.
     *
     * @param in the whole request, from its reader index on
     */
    JsonRequestArguments(ByteBuf in) {
        this.in = in;
        this.own = null;
        this.base = in.readerIndex();
    }

    /** Of a request of which this is a copy that belongs to it. */
    JsonRequestArguments(byte[] request) {
        this.in = Unpooled.wrappedBuffer(request);
        this.own = request;
        this.base = 0;
    }

    /** Takes the value at the parser's token, whose last token it leaves behind. */
    void take(JsonParser json) throws IOException {
        switch (json.currentToken()) {
            case START_ARRAY -> takeList(json);
            case START_OBJECT -> takeNamed(json);
            case VALUE_NULL -> {} // none
            default ->
                throw SerializationException.malformed("The field \"args\" is a list of arguments, or an object of"
                        + " arguments by name, not " + JsonBody.found(json.currentToken()) + ".");
        }
    }

    private void takeList(JsonParser json) throws IOException {
        names = null;
        start = at(json);
        while (next(json) != JsonToken.END_ARRAY) {
            json.skipChildren();
            count++;
        }
        end = at(json) + 1;
    }

    private void takeNamed(JsonParser json) throws IOException {
        List<String> came = new ArrayList<>(4);
        names = came;
        start = at(json);
        bounds = new int[8];
        JsonToken token = next(json);
        while (token != JsonToken.END_OBJECT) {
            if (count == MAX_NAMED) {
                throw SerializationException.overLimit(
                        "The field \"args\" has more than " + MAX_NAMED + " arguments by name.");
            }
            if (2 * count == bounds.length) {
                bounds = Arrays.copyOf(bounds, 2 * bounds.length);
            }
            came.add(json.currentName());
            next(json);
            bounds[2 * count] = at(json);
            json.skipChildren();
            token = next(json); // only now a text or a number is gone through to its end
            bounds[2 * count + 1] = at(json);
            count++;
        }
        end = at(json) + 1;
    }

    /**
     * A list that stands between these two bytes of the request.
     *
     * @param texts where its texts stand, if it is of nothing else; null if that is not known
     */
    void takePlain(int from, int to, int values, @Nullable KnownTexts texts) {
        known = texts;
        names = null;
        start = from;
        end = to;
        count = values;
    }

    /**
     * Arguments by name, an object that stands between these two bytes of the request.
     *
     * @param values where each begins, and where it ends
     */
    void takePlain(int from, int to, List<String> came, int[] values) {
        start = from;
        end = to;
        names = came;
        bounds = values;
        count = came.size();
    }

    private static JsonToken next(JsonParser json) throws IOException {
        JsonToken token = json.nextToken();
        if (token == null) {
            throw SerializationException.malformed("The request ends within its arguments.");
        }
        return token;
    }

    private static int at(JsonParser json) {
        return (int) json.currentTokenLocation().getByteOffset();
    }

    int count() {
        return count;
    }

    /** Where the texts stand in the list, if it came by position and is of nothing else; null if that is not known. */
    @Nullable
    KnownTexts texts() {
        return known;
    }

    /** Where they begin in the request. */
    int start() {
        return start;
    }

    /** Where they end in the request; where they begin if there are none. */
    int end() {
        return end;
    }

    @Nullable
    List<String> names() {
        return names;
    }

    /** The list as it stands; an empty one if there is none. */
    ByteBuf byPosition() {
        return names == null
                ? asWritten()
                : in.alloc().buffer(2, 2).writeByte('[').writeByte(']');
    }

    /** The list or the object as it stands; an empty list if there is neither. */
    ByteBuf asSent() {
        return end > start ? asWritten() : byPosition();
    }

    private ByteBuf asWritten() {
        return own != null
                ? Unpooled.wrappedBuffer(own, start, end - start)
                : in.retainedSlice(base + start, end - start);
    }

    /**
     * A list, those that came by name in the order of the parameters.
     *
     * @param parameterNames null if they are not known
     * @throws SerializationException if arguments came by name, and do not have these
     */
    ByteBuf forParameters(String method, @Nullable List<String> parameterNames) {
        List<String> came = names;
        if (came == null || (came.isEmpty() && (parameterNames == null || parameterNames.isEmpty()))) {
            return byPosition();
        }
        if (parameterNames == null) {
            throw ArgumentNames.unknown(method);
        }
        int[] order = new int[parameterNames.size()];
        for (int i = 0; i < order.length; i++) {
            order[i] = came.indexOf(parameterNames.get(i));
            if (order[i] < 0) {
                throw ArgumentNames.notFitting(method, came, parameterNames);
            }
        }
        if (came.size() != order.length) { // each parameter was found, so there are others, or one twice
            throw ArgumentNames.notFitting(method, came, parameterNames);
        }
        return inOrder(order);
    }

    /** Values that came by name, as a list. */
    ByteBuf inOrder(int[] order) {
        int size = 2 + order.length;
        for (int each : order) {
            size += bounds[2 * each + 1] - bounds[2 * each];
        }
        ByteBuf list = in.alloc().buffer(size, size);
        list.writeByte('[');
        for (int i = 0; i < order.length; i++) {
            if (i > 0) {
                list.writeByte(',');
            }
            int from = base + bounds[2 * order[i]];
            list.writeBytes(in, from, endOfValue(in, base + bounds[2 * order[i] + 1]) - from);
        }
        return list.writeByte(']');
    }

    /** Between a value and the next name, or the end of the object, stand a comma and blanks, with which no value ends. */
    static int endOfValue(ByteBuf in, int next) {
        int end = next;
        while (isBetween(in.getByte(end - 1))) {
            end--;
        }
        return end;
    }

    private static boolean isBetween(byte b) {
        return b == ',' || b == ' ' || b == '\n' || b == '\r' || b == '\t';
    }
}
