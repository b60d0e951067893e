package io.moa.protocol.serialize;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.core.exc.InputCoercionException;
import com.fasterxml.jackson.core.exc.StreamConstraintsException;
import com.fasterxml.jackson.core.exc.StreamReadException;
import com.fasterxml.jackson.databind.JsonMappingException;
import com.fasterxml.jackson.databind.exc.InvalidDefinitionException;
import com.fasterxml.jackson.databind.exc.MismatchedInputException;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufUtil;
import java.io.IOException;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * What JSON bodies of arguments and of results share: streams, limits and errors. Jackson's own messages quote the input,
 * so none of them is passed on; an error is told by its kind, its position and the type that was expected.
 */
abstract sealed class JsonBody implements BodyCodec permits JsonArgumentsBody, JsonResultBody {

    private final JsonFactory factory;
    private final SerializationLimits limits;
    private final @Nullable RefusedNames refused;

    JsonBody(JsonFactory factory, SerializationLimits limits, @Nullable RefusedNames refused) {
        this.factory = factory;
        this.limits = limits;
        this.refused = refused;
    }

    abstract void write(@Nullable Object value, JsonGenerator json) throws IOException;

    abstract @Nullable Object read(JsonParser json) throws IOException;

    /** The value, if it is so plain that it can be read without a parser; null otherwise. */
    @Nullable
    Object readPlain(byte[] bytes, int from, int end) {
        return null;
    }

    /** Writes the value, if it is so plain that no generator is needed; whether it did. There is room for so many bytes. */
    boolean writePlain(@Nullable Object value, ByteBuf out, int room) {
        return false;
    }

    /** Where in the body the error is, such as {@code argument 1 (com.acme.User)}. */
    abstract String place(JsonMappingException e);

    @Override
    public final void encode(@Nullable Object value, ByteBuf out, int maxBytes) {
        if (writePlain(value, out, BufSink.room(out, maxBytes))) {
            return;
        }
        int start = out.writerIndex();
        BufSink sink = new BufSink();
        sink.open(out, maxBytes);
        boolean done = false;
        try {
            JsonGenerator json = factory.createGenerator(sink);
            try {
                write(value, json);
                json.flush();
                done = true;
            } finally {
                if (done) {
                    json.close();
                } else {
                    closeQuietly(json, sink);
                }
            }
        } catch (BufSink.Full e) {
            throw SerializationException.tooLarge(BufSink.room(out, maxBytes));
        } catch (SerializationException e) {
            throw e;
        } catch (JsonMappingException e) {
            for (Throwable cause = e; cause != null; cause = cause.getCause()) {
                if (cause instanceof BufSink.Full) {
                    out.writerIndex(start);
                    throw SerializationException.tooLarge(BufSink.room(out, maxBytes));
                }
            }
            throw unwritable(e, place(e));
        } catch (IOException | RuntimeException | Error e) {
            throw unwritable(e, "the value");
        } finally {
            if (!done) {
                out.writerIndex(start);
            }
        }
    }

    @Override
    public final @Nullable Object decode(ByteBuf in) {
        int length = in.readableBytes();
        if (length > limits.maxBodyBytes()) {
            throw SerializationException.overLimit(
                    "A body of " + length + " bytes is over the limit maxBodyBytes, " + limits.maxBodyBytes() + ".");
        }
        byte[] bytes;
        int offset;
        if (in.hasArray()) {
            bytes = in.array();
            offset = in.arrayOffset() + in.readerIndex();
        } else {
            bytes = ByteBufUtil.getBytes(in);
            offset = 0;
        }
        in.skipBytes(length);
        Object plain = readPlain(bytes, offset, offset + length);
        if (plain != null) {
            return plain;
        }
        JsonToken fault = null;
        try (JsonParser json = factory.createParser(bytes, offset, length)) {
            json.nextToken();
            Object value;
            try {
                value = read(json);
            } catch (JsonMappingException e) {
                fault = json.currentToken(); // it is gone when the parser is closed
                throw e;
            }
            if (json.nextToken() != null) {
                throw SerializationException.malformed("More JSON follows after the end of the body, at byte "
                        + json.currentTokenLocation().getByteOffset() + ".");
            }
            return value;
        } catch (SerializationException e) {
            throw noted(e);
        } catch (StreamConstraintsException e) {
            throw overLimit(e);
        } catch (InvalidDefinitionException e) {
            throw new SerializationException(
                    SerializationException.Reason.UNSUPPORTED,
                    "JSON cannot be read as " + target(e) + " at " + place(e)
                            + ": declare a class with a constructor or setters, not an interface or abstract class.");
        } catch (JsonMappingException e) {
            if (e.getCause() instanceof SerializationException ours) {
                throw ours.refusedClass() == null && !e.getPath().isEmpty()
                        ? SerializationException.at(place(e), ours)
                        : noted(ours);
            }
            if (e.getCause() instanceof StreamConstraintsException limit) {
                throw overLimit(limit);
            }
            if (e.getCause() instanceof InputCoercionException number) {
                throw doesNotFit(e, number);
            }
            if (e.getCause() instanceof StreamReadException syntax) {
                throw SerializationException.malformed("At " + place(e) + " " + told(syntax));
            }
            throw SerializationException.malformed(
                    "At " + place(e) + " stands " + found(fault) + ", which cannot be read as " + target(e) + ".");
        } catch (InputCoercionException e) {
            throw doesNotFit(new JsonMappingException(null, "", e), e);
        } catch (JsonProcessingException e) {
            throw SerializationException.malformed("In the body " + told(e));
        } catch (IOException | RuntimeException | Error e) {
            throw Backlash.of(
                    e,
                    SerializationException.Reason.MALFORMED,
                    "The JSON cannot be read (" + e.getClass().getSimpleName() + ").");
        }
    }

    private SerializationException overLimit(StreamConstraintsException e) {
        return new SerializationException(
                SerializationException.Reason.OVER_LIMIT,
                "JSON over a limit: it " + JsonOverLimit.told(e, limits) + ".");
    }

    private SerializationException doesNotFit(JsonMappingException at, InputCoercionException e) {
        return SerializationException.malformed("At " + place(at) + " stands " + found(e.getInputType())
                + " that is too large or too small for " + e.getTargetType().getTypeName() + ".");
    }

    /** What is wrong with the syntax: Jackson's own message quotes the input. */
    private static String told(JsonProcessingException e) {
        long at = e.getLocation() == null ? -1 : e.getLocation().getByteOffset();
        return (String.valueOf(e.getOriginalMessage()).startsWith("Duplicate field")
                        ? "a name stands twice in an object"
                        : "the JSON is not well-formed")
                + (at < 0 ? "." : ", near byte " + at + ".");
    }

    private SerializationException noted(SerializationException e) {
        if (refused != null) {
            refused.note(e);
        }
        return e;
    }

    private static void closeQuietly(JsonGenerator json, BufSink sink) {
        sink.shut();
        try {
            json.close();
        } catch (IOException | RuntimeException e) {
            // The first failure is the one that is told.
        }
    }

    private static SerializationException unwritable(Throwable e, String place) {
        return new SerializationException(
                SerializationException.Reason.UNSUPPORTED,
                "JSON cannot carry " + place + " (" + e.getClass().getSimpleName()
                        + "): use fields, records, collections and java.time, nested no deeper than the limit.",
                e instanceof Error ? null : e);
    }

    /** What stands where the fault is, by its kind alone: the value itself is content. */
    static String found(@Nullable JsonToken token) {
        if (token == null) {
            return "JSON";
        }
        return switch (token) {
            case START_OBJECT -> "an object";
            case START_ARRAY -> "a list";
            case VALUE_STRING -> "a text";
            case VALUE_NUMBER_INT -> "a whole number";
            case VALUE_NUMBER_FLOAT -> "a number with a point";
            case VALUE_TRUE, VALUE_FALSE -> "a boolean";
            case VALUE_NULL -> "null";
            default -> "JSON"; // a name, or an end: the fault is in what comes before
        };
    }

    private static String target(JsonMappingException e) {
        if (e instanceof MismatchedInputException mismatch && mismatch.getTargetType() != null) {
            return mismatch.getTargetType().getTypeName();
        }
        return "the declared type";
    }

    /** The path of properties and indexes; the keys of maps are content and are left out. */
    static String path(JsonMappingException e) {
        StringBuilder text = new StringBuilder();
        List<JsonMappingException.Reference> path = e.getPath();
        for (JsonMappingException.Reference step : path) {
            if (step.getIndex() >= 0) {
                text.append('[').append(step.getIndex()).append(']');
            } else if (step.getFrom() instanceof Map || step.getFrom() == Map.class) {
                text.append("[key]");
            } else if (step.getFieldName() != null) {
                text.append('.').append(step.getFieldName());
            }
        }
        return text.toString();
    }
}
