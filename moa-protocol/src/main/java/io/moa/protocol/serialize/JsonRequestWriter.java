package io.moa.protocol.serialize;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.StreamReadConstraints;
import com.fasterxml.jackson.core.StreamWriteFeature;
import com.fasterxml.jackson.core.exc.StreamConstraintsException;
import io.moa.discovery.ServiceId;
import io.moa.invoke.Baggage;
import io.moa.invoke.Criticality;
import io.moa.invoke.Invocation;
import io.moa.invoke.Trace;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufInputStream;
import io.netty.buffer.ByteBufOutputStream;
import io.netty.buffer.Unpooled;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Writes calls as JSON objects, as {@link JsonRequestReader} reads them, for providers of other languages. The arguments are bytes of
 * somebody else, and are put between our braces only if they are exactly one JSON array or object. Safe for many threads.
 */
public final class JsonRequestWriter {

    private static final byte[] ARGUMENTS = ",\"args\":".getBytes(StandardCharsets.US_ASCII);

    private final JsonFactory factory;
    private final SerializationLimits limits;

    /** With these limits for the arguments that are looked through. */
    public JsonRequestWriter(SerializationLimits limits) {
        this.limits = limits;
        this.factory = JsonFactory.builder()
                .streamReadConstraints(StreamReadConstraints.builder()
                        .maxNestingDepth(limits.jsonMaxDepth())
                        .maxStringLength(limits.jsonMaxStringChars())
                        .maxNumberLength(limits.jsonMaxNumberChars())
                        .maxNameLength(JsonRequestReader.MAX_NAME_CHARS)
                        .maxTokenCount(10L * limits.maxElements())
                        .build())
                .disable(JsonFactory.Feature.INTERN_FIELD_NAMES)
                .disable(StreamWriteFeature.AUTO_CLOSE_CONTENT) // the end is written behind the arguments
                .build();
    }

    /**
     * Appends a request: the service, the method's name, the arguments, and what the call carries.
     *
     * @param arguments the call's, in JSON; not changed; no bytes are none
     * @param parameterNames if they are known, arguments that came by name are written as a list in their order
     * @param remainingMillis how long the caller still waits; 0 if it did not say
     * @throws SerializationException if the arguments are not one JSON array or object, or do not have these names; then nothing is appended
     */
    public void write(
            Invocation call,
            ByteBuf arguments,
            @Nullable List<String> parameterNames,
            long remainingMillis,
            ByteBuf out) {
        ByteBuf list = argumentsOf(call, arguments, parameterNames);
        try (JsonGenerator json = factory.createGenerator((OutputStream) new ByteBufOutputStream(out))) {
            json.writeStartObject();
            service(call.service(), json);
            json.writeStringField("method", call.method().name());
            if (remainingMillis > 0) {
                json.writeNumberField("timeoutMs", Math.min(remainingMillis, JsonRequestReader.MAX_TIMEOUT_MILLIS));
            }
            text("caller", call.caller().application(), json);
            baggage(call.baggage(), json);
            text("idempotencyKey", call.idempotencyKey(), json);
            if (call.oneWay()) {
                json.writeBooleanField("oneWay", true);
            }
            json.flush();
            out.writeBytes(ARGUMENTS); // last, so that the rest is at hand for who looks into a log
            out.writeBytes(list, list.readerIndex(), list.readableBytes());
            out.writeByte('}');
        } catch (IOException e) {
            throw new IllegalStateException("A buffer in memory cannot be written", e);
        } finally {
            list.release();
        }
    }

    private static void service(ServiceId service, JsonGenerator json) throws IOException {
        json.writeStringField("service", service.name());
        text("group", service.group(), json);
        text("version", service.version(), json);
    }

    private static void text(String name, @Nullable String value, JsonGenerator json) throws IOException {
        if (value != null && !value.isEmpty()) {
            json.writeStringField(name, value);
        }
    }

    private static void baggage(Baggage baggage, JsonGenerator json) throws IOException {
        text("tag", baggage.tag(), json);
        Trace trace = baggage.trace();
        if (trace != null) {
            json.writeStringField("traceparent", trace.traceparent());
            text("tracestate", trace.state(), json);
        }
        if (baggage.criticality() != Criticality.CRITICAL) {
            json.writeStringField("criticality", baggage.criticality().name());
        }
        if (baggage.loadTest()) {
            json.writeBooleanField("loadTest", true);
        }
        if (!baggage.attachments().isEmpty()) {
            json.writeObjectFieldStart("attachments");
            for (Map.Entry<String, String> each : baggage.attachments().entrySet()) {
                json.writeStringField(each.getKey(), each.getValue());
            }
            json.writeEndObject();
        }
    }

    private ByteBuf argumentsOf(Invocation call, ByteBuf arguments, @Nullable List<String> parameterNames) {
        int length = arguments.readableBytes();
        if (length == 0) {
            requireAll(call, 0, parameterNames);
            return Unpooled.wrappedBuffer(new byte[] {'[', ']'});
        }
        if (length > limits.maxBodyBytes()) {
            throw SerializationException.overLimit("Arguments of " + length + " bytes are over the limit maxBodyBytes, "
                    + limits.maxBodyBytes() + ".");
        }
        JsonRequestReader.requireUtf8(arguments, length);
        JsonRequestArguments found = new JsonRequestArguments(arguments);
        try (JsonParser json = parser(arguments, length)) {
            if (json.nextToken() == null || !json.currentToken().isStructStart()) {
                throw SerializationException.malformed(
                        "Arguments are a JSON array, or an object of arguments by name.");
            }
            found.take(json);
            if (json.nextToken() != null) {
                throw SerializationException.malformed("More JSON follows after the end of the arguments.");
            }
        } catch (StreamConstraintsException e) {
            throw SerializationException.overLimit(
                    "JSON of the arguments is over a limit: it " + JsonOverLimit.told(e, limits) + ".");
        } catch (IOException e) {
            throw SerializationException.malformed("The arguments are not well-formed JSON.");
        }
        if (found.names() == null) {
            requireAll(call, found.count(), parameterNames);
        }
        return parameterNames == null
                ? found.asSent()
                : found.forParameters(call.method().name(), parameterNames);
    }

    /** By position nobody else would find that some are missing: a program of another language may take those for ones that were left out. */
    private static void requireAll(Invocation call, int came, @Nullable List<String> parameterNames) {
        if (parameterNames != null && came != parameterNames.size()) {
            throw SerializationException.malformed(call.method().name() + " has "
                    + (parameterNames.isEmpty()
                            ? "no parameters"
                            : parameterNames.size() + " parameters (" + String.join(", ", parameterNames) + ")")
                    + ", and " + came + (came == 1 ? " argument came." : " arguments came."));
        }
    }

    private JsonParser parser(ByteBuf in, int length) throws IOException {
        return in.hasArray()
                ? factory.createParser(in.array(), in.arrayOffset() + in.readerIndex(), length)
                : factory.createParser((InputStream) new ByteBufInputStream(in.slice()));
    }
}
