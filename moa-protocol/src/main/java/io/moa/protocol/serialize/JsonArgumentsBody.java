package io.moa.protocol.serialize;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.core.exc.StreamConstraintsException;
import com.fasterxml.jackson.core.exc.StreamReadException;
import com.fasterxml.jackson.databind.JsonMappingException;
import io.moa.protocol.payload.KnownTexts;
import io.netty.buffer.ByteBuf;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Arguments as a JSON array; what is read may be an object of arguments by name, too, if the names are known. */
final class JsonArgumentsBody extends JsonBody {

    private final JsonValue[] parameters;
    private final @Nullable List<String> names;
    private final JsonValue untyped;
    private final boolean anyNumber;
    private final boolean texts; // each parameter is one
    private final int maxTextChars;

    JsonArgumentsBody(
            JsonFactory factory,
            SerializationLimits limits,
            @Nullable RefusedNames refused,
            JsonValue[] parameters,
            @Nullable List<String> names,
            JsonValue untyped,
            boolean anyNumber) {
        super(factory, limits, refused);
        this.parameters = parameters;
        this.names = names;
        this.untyped = untyped;
        this.anyNumber = anyNumber;
        this.texts = parameters.length > 0
                && Arrays.stream(parameters).allMatch(each -> each.typeName().equals(String.class.getName()));
        this.maxTextChars = limits.jsonMaxStringChars();
    }

    @Override
    @Nullable
    Object readPlain(byte[] bytes, int from, int end) {
        return texts ? JsonPlainTexts.read(bytes, from, end, parameters.length, maxTextChars) : null;
    }

    @Override
    public @Nullable Object decode(ByteBuf in, @Nullable KnownTexts known) {
        if (known == null || !texts || known.count() != parameters.length || !in.hasArray()) {
            return decode(in);
        }
        @Nullable Object[] arguments = new @Nullable Object[parameters.length];
        int first = in.arrayOffset() + in.readerIndex();
        for (int i = 0; i < arguments.length; i++) {
            int length = known.end(i) - known.from(i);
            if (length > maxTextChars) {
                return decode(in); // which says what is wrong
            }
            arguments[i] = new String(in.array(), first + known.from(i), length, StandardCharsets.ISO_8859_1);
        }
        in.skipBytes(in.readableBytes());
        return arguments;
    }

    @Override
    void write(@Nullable Object value, JsonGenerator json) throws IOException {
        @Nullable Object[] arguments = Arguments.of(value, anyNumber ? -1 : parameters.length);
        json.writeStartArray();
        for (int i = 0; i < arguments.length; i++) {
            try {
                at(i).write(arguments[i], json);
            } catch (IOException e) {
                throw located(e, i);
            }
        }
        json.writeEndArray();
    }

    @Override
    @Nullable
    Object read(JsonParser json) throws IOException {
        if (json.currentToken() == JsonToken.START_OBJECT && !anyNumber) {
            return readNamed(json);
        }
        if (json.currentToken() != JsonToken.START_ARRAY) {
            throw SerializationException.malformed("Arguments are a JSON array, such as "
                    + (parameters.length == 0 && !anyNumber ? "[]" : "[argument, argument]") + ".");
        }
        List<@Nullable Object> arguments = new ArrayList<>(parameters.length);
        while (json.nextToken() != JsonToken.END_ARRAY) {
            int i = arguments.size();
            if (!anyNumber && i == parameters.length) {
                throw SerializationException.malformed("The method has " + parameters() + ", and more arguments came.");
            }
            if (!json.hasCurrentToken()) {
                throw SerializationException.malformed("The JSON array of arguments has no end.");
            }
            try {
                arguments.add(at(i).read(json));
            } catch (IOException e) {
                throw located(e, i);
            }
        }
        if (!anyNumber && arguments.size() < parameters.length) {
            throw SerializationException.malformed(
                    "The method has " + parameters() + ", and " + arguments.size() + " arguments came.");
        }
        return arguments.toArray();
    }

    private @Nullable Object[] readNamed(JsonParser json) throws IOException {
        List<String> known = names;
        if (known == null) {
            throw ArgumentNames.unknown("the method");
        }
        @Nullable Object[] arguments = new Object[parameters.length];
        List<String> came = new ArrayList<>(parameters.length);
        for (String name = json.nextFieldName(); name != null; name = json.nextFieldName()) {
            int i = known.indexOf(name);
            boolean twice = came.contains(name);
            came.add(name);
            if (i < 0 || twice) {
                throw ArgumentNames.notFitting("The method", came, known);
            }
            json.nextToken();
            try {
                arguments[i] = parameters[i].read(json);
            } catch (IOException e) {
                throw located(e, i);
            }
        }
        if (came.size() < parameters.length) {
            throw ArgumentNames.notFitting("The method", came, known);
        }
        return arguments;
    }

    /** Such as {@code 2 parameters (item, count)}. */
    private String parameters() {
        return parameters.length + " parameters"
                + (names == null || names.isEmpty() ? "" : " (" + String.join(", ", names) + ")");
    }

    private JsonValue at(int i) {
        return anyNumber ? untyped : parameters[i];
    }

    /** Puts the argument's index in front of the path, where {@link #place} finds it. */
    private static IOException located(IOException e, int index) {
        if (e instanceof JsonMappingException mapping) {
            mapping.prependPath(JsonArgumentsBody.class, index);
        } else if (e instanceof StreamReadException syntax && !(e instanceof StreamConstraintsException)) {
            return JsonMappingException.wrapWithPath(syntax, JsonArgumentsBody.class, index);
        }
        return e;
    }

    @Override
    String place(JsonMappingException e) {
        if (e.getPath().isEmpty()) {
            return "the arguments";
        }
        int index = e.getPath().get(0).getIndex();
        String path = path(e);
        String name = names == null ? "" : " \"" + names.get(index) + "\"";
        return "argument " + index + name + path.substring(path.indexOf(']') + 1) + " ("
                + at(index).typeName() + ")";
    }
}
