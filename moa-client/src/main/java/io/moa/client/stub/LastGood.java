package io.moa.client.stub;

import io.moa.invoke.Attributes;
import io.moa.invoke.Invocation;
import io.moa.protocol.serialize.BodyCodec;
import io.moa.protocol.serialize.SerializationException;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufUtil;
import io.netty.buffer.Unpooled;
import java.nio.ByteBuffer;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * The last answers of one method of a stub, as bytes, for calls that fail later with the same arguments, tag and attachments. Those that were
 * given longest ago are forgotten first. Safe for many threads, by a lock for the calls of this method alone; only methods that want it have one.
 */
final class LastGood {

    /** So many answers are kept of a method. */
    static final int MOST_ANSWERS = 1_000;

    /** So many bytes they take at most, with the arguments. */
    static final int MOST_BYTES = 1024 * 1024;

    /** Under this key stands in a call what its answer is kept under. */
    static final Attributes.Key<Key> KEY = new Attributes.Key<>("last good answer");

    private static final int OVERHEAD_BYTES = 200; // of an entry, about

    /**
     * What has to be the same.
     *
     * @param facts arguments as bytes, and what travels with the call
     * @param bytes how many it takes, about
     */
    record Key(List<Object> facts, int bytes) {

        /** That of a call; null if its arguments are no bytes, or too many to be kept. */
        static @Nullable Key of(BodyCodec codec, @Nullable Object[] arguments, Invocation call) {
            ByteBuf encoded = Unpooled.buffer();
            try {
                codec.encode(arguments, encoded); // now: whoever calls may change them later
                return of(encoded, call);
            } catch (SerializationException failsAsTheCallDoes) {
                return null;
            } finally {
                encoded.release();
            }
        }

        /** That of a call with these arguments, which are copied; null if they are too many to be kept. */
        static @Nullable Key of(ByteBuf arguments, Invocation call) {
            if (arguments.readableBytes() > MOST_BYTES / 4) {
                return null;
            }
            byte[] bytes = ByteBufUtil.getBytes(arguments);
            String tag = call.baggage().tag();
            return new Key(
                    List.of(
                            ByteBuffer.wrap(bytes),
                            tag == null ? "" : tag,
                            call.baggage().loadTest(),
                            call.baggage().attachments(),
                            call.hopAttachments()),
                    bytes.length);
        }
    }

    @SuppressWarnings("ArrayRecordComponent") // nobody compares them, and nobody changes the bytes
    private record Answer(byte[] bytes, long atNanos) {}

    /**
     * An answer that is given once more.
     *
     * @param body its bytes, to be decoded for each call anew
     * @param ageNanos how old it is
     */
    record Again(ByteBuf body, long ageNanos) {}

    private final Map<Key, Answer> answers = new LinkedHashMap<>(); // the oldest first; guarded by this
    private int bytes; // guarded by this

    /** Keeps an answer. */
    void keep(Key key, byte[] answer, long nowNanos) {
        synchronized (this) {
            forget(key);
            if (weight(key, answer) > MOST_BYTES / 4) {
                return;
            }
            answers.put(key, new Answer(answer, nowNanos));
            bytes += weight(key, answer);
            Iterator<Map.Entry<Key, Answer>> oldest = answers.entrySet().iterator();
            while (answers.size() > MOST_ANSWERS || bytes > MOST_BYTES) {
                Map.Entry<Key, Answer> gone = oldest.next();
                bytes -= weight(gone.getKey(), gone.getValue().bytes());
                oldest.remove();
            }
        }
    }

    private void forget(Key key) {
        Answer before = answers.remove(key);
        if (before != null) {
            bytes -= weight(key, before.bytes());
        }
    }

    private static int weight(Key key, byte[] answer) {
        return key.bytes() + answer.length + OVERHEAD_BYTES;
    }

    /** The answer that is kept and not too old; null if there is none. */
    @Nullable
    Again find(Key key, long maxAgeNanos, long nowNanos) {
        Answer kept;
        synchronized (this) {
            kept = answers.get(key);
            if (kept != null && nowNanos - kept.atNanos() > maxAgeNanos) {
                forget(key);
                kept = null;
            }
        }
        return kept == null ? null : new Again(Unpooled.wrappedBuffer(kept.bytes()), nowNanos - kept.atNanos());
    }

    /** Forgets all of them. */
    synchronized void clear() {
        answers.clear();
        bytes = 0;
    }
}
