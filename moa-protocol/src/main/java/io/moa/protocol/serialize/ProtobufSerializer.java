package io.moa.protocol.serialize;

import com.google.protobuf.MessageLite;
import java.lang.reflect.Modifier;
import java.lang.reflect.Type;
import java.util.List;

/**
 * Protobuf, for methods with one parameter and a result that are generated messages. A body is the message's bytes and
 * nothing else. The declared class is the only one that is ever created, so the allow list has nothing to add.
 *
 * <p>Needs protobuf-java on the class path, which MOA does not bring: {@link Serializers} leaves this serializer out when
 * it is absent.
 */
public final class ProtobufSerializer implements Serializer {

    private final SerializationLimits limits;

    /** With default limits. */
    public ProtobufSerializer() {
        this(SerializationLimits.DEFAULTS);
    }

    public ProtobufSerializer(SerializationLimits limits) {
        this.limits = limits;
    }

    @Override
    public int id() {
        return 3;
    }

    @Override
    public String name() {
        return "protobuf";
    }

    @Override
    public BodyCodec arguments(List<? extends Type> parameterTypes, AllowList allowed) {
        if (parameterTypes.size() != 1) {
            throw SerializationException.unsupported("Protobuf expects methods with exactly one parameter, a generated"
                    + " message, and this one has " + parameterTypes.size()
                    + ": put the parameters into one message, or choose another serializer.");
        }
        return new ProtobufBody(limits, message(parameterTypes.get(0), "parameter"), true);
    }

    @Override
    public BodyCodec result(Type type, AllowList allowed) {
        return new ProtobufBody(limits, message(type, "result"), false);
    }

    private static MessageLite message(Type type, String place) {
        if (type instanceof Class<?> declared
                && MessageLite.class.isAssignableFrom(declared)
                && !Modifier.isAbstract(declared.getModifiers())) {
            try {
                return (MessageLite) declared.getMethod("getDefaultInstance").invoke(null);
            } catch (ReflectiveOperationException | ClassCastException e) {
                throw new SerializationException(
                        SerializationException.Reason.UNSUPPORTED,
                        declared.getName() + " is no message that protoc generated.",
                        e);
            }
        }
        throw SerializationException.unsupported("Protobuf expects a generated message as the " + place + ", and "
                + type.getTypeName()
                + " is none: declare one (com.google.protobuf.Empty for nothing), or choose another"
                + " serializer.");
    }
}
