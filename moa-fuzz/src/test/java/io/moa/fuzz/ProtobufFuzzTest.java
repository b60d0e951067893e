package io.moa.fuzz;

import com.code_intelligence.jazzer.junit.FuzzTest;
import com.google.protobuf.MessageLite;
import com.google.protobuf.Struct;
import com.google.protobuf.Timestamp;
import com.google.protobuf.Value;
import io.moa.protocol.serialize.AllowList;
import io.moa.protocol.serialize.BodyCodec;
import io.moa.protocol.serialize.SerializationException;
import io.moa.protocol.serialize.Serializer;
import io.moa.protocol.serialize.Serializers;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import java.util.List;

/**
 * Protobuf bodies: read or refused with a {@link SerializationException}, and what was read is sent on as the same, unknown
 * fields included. The first byte of an input chooses the message.
 */
class ProtobufFuzzTest {

    private static final List<BodyCodec> CODECS = codecs();

    private static List<BodyCodec> codecs() {
        Serializer protobuf = Serializers.builtIn(Bodies.LIMITS).require("protobuf");
        AllowList none = AllowList.ofValues();
        return List.of(
                protobuf.result(Struct.class, none),
                protobuf.result(Value.class, none),
                protobuf.result(Timestamp.class, none));
    }

    @FuzzTest
    void protobuf(byte[] input) {
        if (input.length == 0) {
            return;
        }
        BodyCodec codec = CODECS.get((input[0] & 0xFF) % CODECS.size());
        MessageLite message;
        try {
            message = (MessageLite) codec.decode(Unpooled.wrappedBuffer(input, 1, input.length - 1));
        } catch (SerializationException e) {
            return;
        }
        ByteBuf out = Unpooled.buffer();
        codec.encode(message, out, Bodies.LIMITS.maxBodyBytes());
        if (message == null || !message.equals(codec.decode(out))) {
            throw new AssertionError("Not the same when sent on");
        }
    }
}
