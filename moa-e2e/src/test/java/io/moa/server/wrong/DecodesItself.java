package io.moa.server.wrong;

import com.fasterxml.jackson.databind.ObjectMapper;
import io.moa.protocol.serialize.BodyCodec;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufInputStream;
import java.io.IOException;
import java.io.ObjectInputStream;

/** Three ways past the one decode path. */
public final class DecodesItself {
    Object aside(BodyCodec codec, ByteBuf body) {
        return codec.decode(body);
    }

    Object withALibrary(ByteBuf body) throws IOException {
        return new ObjectMapper().readValue((java.io.InputStream) new ByteBufInputStream(body), Object.class);
    }

    Object asAnObjectStream(ByteBuf body) throws IOException, ClassNotFoundException {
        return new ObjectInputStream(new ByteBufInputStream(body)).readObject();
    }
}
