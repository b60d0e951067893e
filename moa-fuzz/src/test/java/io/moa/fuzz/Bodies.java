package io.moa.fuzz;

import io.moa.protocol.serialize.AllowList;
import io.moa.protocol.serialize.BodyCodec;
import io.moa.protocol.serialize.SerializationException;
import io.moa.protocol.serialize.SerializationLimits;
import io.moa.protocol.serialize.Serializer;
import io.moa.protocol.serialize.Serializers;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import java.lang.reflect.Method;
import java.lang.reflect.Type;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * The bodies of a service in one serializer, read from hostile bytes. The first byte of an input chooses the body, the rest
 * is it. It is decoded or refused with a {@link SerializationException}; what was decoded consists of allowed classes, and
 * can be sent on and decoded again as the same.
 */
final class Bodies {

    /** Small, so that short inputs reach the limits and an input that asks for much is quick. */
    static final SerializationLimits LIMITS = SerializationLimits.builder()
            .maxBodyBytes(1 << 20)
            .maxDepth(20)
            .maxElements(1_000)
            .jsonMaxDepth(16)
            .jsonMaxStringChars(2_000)
            .build();

    private final Set<String> allowed;
    private final boolean numbersByValue;
    private final List<BodyCodec> codecs = new ArrayList<>();
    private final Set<Class<?>> seen = new HashSet<>();

    /** The arguments of each method and then each result, in the order of the methods' names. */
    Bodies(Class<?> service, String serializer) {
        AllowList list = AllowList.ofService(service);
        this.allowed = list.names();
        this.numbersByValue = serializer.equals("json"); // which has only one kind of number
        Serializer by = Serializers.builtIn(LIMITS).require(serializer);
        Method[] methods = service.getMethods();
        Arrays.sort(methods, Comparator.comparing(Method::getName));
        for (Method method : methods) {
            codecs.add(by.arguments(List.<Type>of(method.getGenericParameterTypes()), list));
        }
        for (Method method : methods) {
            codecs.add(by.result(method.getGenericReturnType(), list));
        }
    }

    BodyCodec codec(int number) {
        return codecs.get(number);
    }

    void read(byte[] input) {
        if (input.length == 0) {
            return;
        }
        BodyCodec codec = codecs.get((input[0] & 0xFF) % codecs.size());
        ByteBuf in = Unpooled.wrappedBuffer(input, 1, input.length - 1);
        Object value;
        try {
            value = codec.decode(in);
        } catch (SerializationException e) {
            if (e.getMessage() == null) {
                throw new AssertionError("A refusal says why", e);
            }
            return;
        }
        if (in.isReadable() || in.refCnt() != 1) {
            throw new AssertionError("A codec reads all there is, and keeps nothing");
        }
        String first = Shape.of(value, numbersByValue, this::allowed);
        Object again = again(codec, value, first == null || first.contains(Shape.CIRCLE));
        if (first != null && again != REFUSED) {
            String second = Shape.of(again, numbersByValue, this::allowed);
            if (!first.equals(second)) {
                throw new AssertionError("Decoded was " + first + ", sent on and decoded again " + second);
            }
        }
    }

    private static final Object REFUSED = new Object();

    /**
     * Sends a value on and decodes it.
     *
     * @param circular whether parts of it may contain themselves: as keys of maps they have a hash only while they are not
     *     yet filled, so whether they can be read depends on the order in which they come
     */
    private static @Nullable Object again(BodyCodec codec, @Nullable Object value, boolean circular) {
        ByteBuf out = Unpooled.buffer();
        try {
            codec.encode(value, out, LIMITS.maxBodyBytes());
        } catch (SerializationException e) {
            if (out.writerIndex() != 0) {
                throw new AssertionError("An encode that fails writes nothing", e);
            }
            if (mayBeRefused(e)) {
                return REFUSED;
            }
            throw new AssertionError("What was decoded cannot be sent on", e);
        }
        try {
            return codec.decode(out);
        } catch (SerializationException e) {
            if (circular) {
                return REFUSED;
            }
            throw new AssertionError("What was sent on cannot be decoded", e);
        }
    }

    /** Shared parts are written out by some formats, and then a value may be deeper or larger than its bytes were. */
    private static boolean mayBeRefused(SerializationException e) {
        return e.reason() == SerializationException.Reason.OVER_LIMIT
                || e.reason() == SerializationException.Reason.TOO_LARGE;
    }

    private void allowed(Class<?> type) {
        if (seen.contains(type)) {
            return;
        }
        Class<?> element = type;
        while (element.isArray()) {
            element = element.getComponentType();
        }
        boolean known = element.isPrimitive()
                || element == Object.class
                || element == String.class
                || allowed.contains(element.getName())
                || (element.getSuperclass() != null
                        && element.getSuperclass().isEnum()
                        && allowed.contains(element.getSuperclass().getName()))
                || UNCHANGEABLE.stream().anyMatch(element.getName()::startsWith);
        if (!known) {
            throw new AssertionError("Bytes created a " + type.getName() + ", which nobody allowed");
        }
        seen.add(type);
    }

    /** What the JDK gives for unchangeable collections; their names are its own affair. */
    private static final List<String> UNCHANGEABLE =
            List.of("java.util.ImmutableCollections$", "java.util.Collections$", "java.util.RegularEnumSet");
}
