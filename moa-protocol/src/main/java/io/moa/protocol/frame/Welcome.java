package io.moa.protocol.frame;

import io.moa.discovery.ServiceId;
import io.netty.buffer.ByteBuf;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * The first frame of the side that accepted: its answer to {@link Hello}. Compared by content.
 *
 * @param accepted whether calls may begin; if not, the sender closes the connection after this frame
 * @param refusal why not, for people; empty if accepted; made fit to be shown, and cut to 4,096
 *     characters
 * @param application whose process the sender is
 * @param instance its uuid
 * @param version the version of the wire protocol that both use from here on
 * @param features what both can do, as bits of {@link Features}
 * @param maxFrameBody the largest body of one frame that the sender accepts, in bytes
 * @param maxBody the largest whole body that it accepts, in bytes
 * @param initialCredit how many bytes of split bodies the receiver may send before it is granted more
 * @param nonce fresh random bytes for proofs of identity on this connection, or empty; at most 8 KiB; not changed after
 *     they were given
 * @param serves those of the wanted services that it serves
 * @param heartbeatMillis how often the sender wants to hear from a silent peer, in milliseconds; 0 for no wish
 */
@SuppressWarnings("ArrayRecordComponent") // the nonce is bytes that nobody shares, and equals compares them
public record Welcome(
        boolean accepted,
        String refusal,
        String application,
        String instance,
        int version,
        long features,
        int maxFrameBody,
        long maxBody,
        long initialCredit,
        byte[] nonce,
        List<ServiceId> serves,
        int heartbeatMillis)
        implements Message {

    public Welcome {
        refusal = Sentence.of(refusal);
        serves = ServiceRef.checked(serves);
    }

    /** The answer to a peer that is not let in. */
    public static Welcome refused(String refusal, String application, String instance) {
        return new Welcome(false, refusal, application, instance, 0, 0, 0, 0, 0, new byte[0], List.of(), 0);
    }

    @Override
    public void encode(ByteBuf out) {
        FieldWriter.bool(out, 1, accepted);
        FieldWriter.string(out, 2, refusal);
        FieldWriter.string(out, 3, application);
        FieldWriter.string(out, 4, instance);
        FieldWriter.number(out, 5, version);
        FieldWriter.number(out, 6, features);
        FieldWriter.number(out, 7, maxFrameBody);
        FieldWriter.number(out, 8, maxBody);
        FieldWriter.number(out, 9, initialCredit);
        FieldWriter.bytes(out, 10, nonce);
        ServiceRef.write(out, 11, serves);
        FieldWriter.number(out, 12, heartbeatMillis);
    }

    public static Welcome parse(ByteBuf in, int index, int length) {
        boolean accepted = false;
        String refusal = "";
        String application = "";
        String instance = "";
        int version = 0;
        long features = 0;
        int maxFrameBody = 0;
        long maxBody = 0;
        long initialCredit = 0;
        byte[] nonce = {};
        List<ServiceId> serves = new ArrayList<>();
        int heartbeatMillis = 0;
        FieldReader fields = new FieldReader(in, index, length, "Welcome");
        while (fields.next()) {
            switch (fields.field()) {
                case 1 -> accepted = fields.bool();
                case 2 -> refusal = fields.string(length);
                case 3 -> application = fields.word(Hello.MAX_NAME_BYTES);
                case 4 -> instance = fields.word(Hello.MAX_NAME_BYTES);
                case 5 -> version = fields.int31();
                case 6 -> features = fields.uint64();
                case 7 -> maxFrameBody = fields.int31();
                case 8 -> maxBody = fields.int63();
                case 9 -> initialCredit = fields.int63();
                case 10 -> nonce = fields.bytes(Hello.MAX_PROOF_BYTES);
                case 11 -> ServiceRef.read(in, fields, serves);
                case 12 -> heartbeatMillis = fields.int31();
                default -> {} // a newer peer's
            }
        }
        return new Welcome(
                accepted,
                refusal,
                application,
                instance,
                version,
                features,
                maxFrameBody,
                maxBody,
                initialCredit,
                nonce,
                serves,
                heartbeatMillis);
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof Welcome that
                && accepted == that.accepted
                && refusal.equals(that.refusal)
                && application.equals(that.application)
                && instance.equals(that.instance)
                && version == that.version
                && features == that.features
                && maxFrameBody == that.maxFrameBody
                && maxBody == that.maxBody
                && initialCredit == that.initialCredit
                && Arrays.equals(nonce, that.nonce)
                && serves.equals(that.serves)
                && heartbeatMillis == that.heartbeatMillis;
    }

    @Override
    public int hashCode() {
        return 31 * application.hashCode() + instance.hashCode();
    }

    /** Leaves the nonce out. */
    @Override
    public String toString() {
        return "Welcome[" + (accepted ? "accepted" : "refused: " + refusal) + ", " + application + "#" + instance
                + ", version " + version + ", features " + Long.toBinaryString(features) + ", serves " + serves + "]";
    }
}
