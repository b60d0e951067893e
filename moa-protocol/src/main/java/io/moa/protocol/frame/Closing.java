package io.moa.protocol.frame;

import io.netty.buffer.ByteBuf;

/**
 * Announces that the sender closes the connection once the calls on it are done.
 *
 * @param reason why, for people; made fit to be shown, and cut to 4,096 characters
 */
public record Closing(String reason) implements Message {

    public Closing {
        reason = Sentence.of(reason);
    }

    @Override
    public void encode(ByteBuf out) {
        FieldWriter.string(out, 1, reason);
    }

    public static Closing parse(ByteBuf in, int index, int length) {
        String reason = "";
        FieldReader fields = new FieldReader(in, index, length, "Closing");
        while (fields.next()) {
            if (fields.field() == 1) {
                reason = fields.string(length);
            }
        }
        return new Closing(reason);
    }
}
