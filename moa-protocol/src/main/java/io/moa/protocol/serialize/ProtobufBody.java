package io.moa.protocol.serialize;

import com.google.protobuf.CodedInputStream;
import com.google.protobuf.CodedOutputStream;
import com.google.protobuf.MessageLite;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufUtil;
import java.io.IOException;
import org.jspecify.annotations.Nullable;

/** One message as a body. */
final class ProtobufBody implements BodyCodec {

    private final SerializationLimits limits;
    private final MessageLite empty;
    private final boolean arguments;

    ProtobufBody(SerializationLimits limits, MessageLite empty, boolean arguments) {
        this.limits = limits;
        this.empty = empty;
        this.arguments = arguments;
    }

    @Override
    public void encode(@Nullable Object value, ByteBuf out, int maxBytes) {
        Object given = arguments ? Arguments.of(value, 1)[0] : value;
        if (given == null) {
            throw SerializationException.unsupported(
                    "Protobuf has no null: send an empty " + empty.getClass().getName() + ".");
        }
        if (given.getClass() != empty.getClass()) {
            throw SerializationException.unsupported("The method declares "
                    + empty.getClass().getName() + ", and " + given.getClass().getName() + " was given.");
        }
        MessageLite message = (MessageLite) given;
        int start = out.writerIndex();
        int room = BufSink.room(out, maxBytes);
        try {
            int size = message.getSerializedSize();
            if (size > room) {
                throw SerializationException.tooLarge(room);
            }
            out.ensureWritable(size);
            CodedOutputStream to = out.hasArray()
                    ? CodedOutputStream.newInstance(out.array(), out.arrayOffset() + start, size)
                    : CodedOutputStream.newInstance(out.nioBuffer(start, size));
            message.writeTo(to);
            to.flush();
            to.checkNoSpaceLeft();
            out.writerIndex(start + size);
        } catch (SerializationException e) {
            throw e;
        } catch (IOException | RuntimeException | Error e) {
            throw Backlash.of(
                    e,
                    SerializationException.Reason.UNSUPPORTED,
                    "Protobuf cannot write the " + empty.getClass().getName() + " ("
                            + e.getClass().getName() + ").");
        }
    }

    @Override
    public @Nullable Object decode(ByteBuf in) {
        int length = in.readableBytes();
        if (length > limits.maxBodyBytes()) {
            throw SerializationException.overLimit(
                    "A body of " + length + " bytes is over the limit maxBodyBytes, " + limits.maxBodyBytes() + ".");
        }
        try {
            CodedInputStream from;
            if (in.hasArray()) {
                from = CodedInputStream.newInstance(in.array(), in.arrayOffset() + in.readerIndex(), length);
            } else if (in.nioBufferCount() == 1) {
                from = CodedInputStream.newInstance(in.nioBuffer());
            } else {
                from = CodedInputStream.newInstance(ByteBufUtil.getBytes(in));
            }
            from.setRecursionLimit(limits.maxDepth());
            from.setSizeLimit(limits.maxBodyBytes());
            MessageLite message = empty.getParserForType().parseFrom(from);
            // Stopping at a stray end of a group is not an error to the parser.
            from.checkLastTagWas(0);
            in.skipBytes(length);
            return arguments ? new Object[] {message} : message;
        } catch (IOException | RuntimeException | Error e) {
            throw Backlash.of(
                    e,
                    SerializationException.Reason.MALFORMED,
                    "The bytes are no " + empty.getClass().getName() + " of at most " + limits.maxDepth() + " levels ("
                            + e.getClass().getSimpleName() + ").");
        }
    }
}
