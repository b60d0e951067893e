package io.moa.protocol.frame;

import io.moa.discovery.ServiceId;
import io.netty.buffer.ByteBuf;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * The first frame of the side that connected: who it is, what it can do, and whom it expects to find. Compared by content.
 *
 * @param application whose process the sender is
 * @param instance its uuid
 * @param minVersion the lowest version of the wire protocol that it speaks
 * @param maxVersion the highest
 * @param features what it can do beyond the version, as bits of {@link Features}
 * @param maxFrameBody the largest body of one frame that it accepts, in bytes
 * @param maxBody the largest whole body that it accepts, in bytes
 * @param initialCredit how many bytes of split bodies the receiver may send before it is granted more
 * @param credential proves the application, or is empty; at most 8 KiB; not changed after it was given
 * @param wantedInstance the uuid of the process it expects; empty if any will do
 * @param wantedApplication the application it expects; empty if any will do
 * @param wanted the services it means to call, at most 512
 */
@SuppressWarnings("ArrayRecordComponent") // the credential is bytes that nobody shares, and equals compares them
public record Hello(
        String application,
        String instance,
        int minVersion,
        int maxVersion,
        long features,
        int maxFrameBody,
        long maxBody,
        long initialCredit,
        byte[] credential,
        String wantedInstance,
        String wantedApplication,
        List<ServiceId> wanted)
        implements Message {

    static final int MAX_NAME_BYTES = 1024;
    static final int MAX_PROOF_BYTES = 8 * 1024;

    public Hello {
        wanted = ServiceRef.checked(wanted);
    }

    @Override
    public void encode(ByteBuf out) {
        FieldWriter.string(out, 1, application);
        FieldWriter.string(out, 2, instance);
        FieldWriter.number(out, 3, minVersion);
        FieldWriter.number(out, 4, maxVersion);
        FieldWriter.number(out, 5, features);
        FieldWriter.number(out, 6, maxFrameBody);
        FieldWriter.number(out, 7, maxBody);
        FieldWriter.number(out, 8, initialCredit);
        FieldWriter.bytes(out, 9, credential);
        FieldWriter.string(out, 10, wantedInstance);
        FieldWriter.string(out, 11, wantedApplication);
        ServiceRef.write(out, 12, wanted);
    }

    public static Hello parse(ByteBuf in, int index, int length) {
        String application = "";
        String instance = "";
        int minVersion = 0;
        int maxVersion = 0;
        long features = 0;
        int maxFrameBody = 0;
        long maxBody = 0;
        long initialCredit = 0;
        byte[] credential = {};
        String wantedInstance = "";
        String wantedApplication = "";
        List<ServiceId> wanted = new ArrayList<>();
        FieldReader fields = new FieldReader(in, index, length, "Hello");
        while (fields.next()) {
            switch (fields.field()) {
                case 1 -> application = fields.word(MAX_NAME_BYTES);
                case 2 -> instance = fields.word(MAX_NAME_BYTES);
                case 3 -> minVersion = fields.int31();
                case 4 -> maxVersion = fields.int31();
                case 5 -> features = fields.uint64();
                case 6 -> maxFrameBody = fields.int31();
                case 7 -> maxBody = fields.int63();
                case 8 -> initialCredit = fields.int63();
                case 9 -> credential = fields.bytes(MAX_PROOF_BYTES);
                case 10 -> wantedInstance = fields.word(MAX_NAME_BYTES);
                case 11 -> wantedApplication = fields.word(MAX_NAME_BYTES);
                case 12 -> ServiceRef.read(in, fields, wanted);
                default -> {} // a newer peer's
            }
        }
        return new Hello(
                application,
                instance,
                minVersion,
                maxVersion,
                features,
                maxFrameBody,
                maxBody,
                initialCredit,
                credential,
                wantedInstance,
                wantedApplication,
                wanted);
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof Hello that
                && application.equals(that.application)
                && instance.equals(that.instance)
                && minVersion == that.minVersion
                && maxVersion == that.maxVersion
                && features == that.features
                && maxFrameBody == that.maxFrameBody
                && maxBody == that.maxBody
                && initialCredit == that.initialCredit
                && Arrays.equals(credential, that.credential)
                && wantedInstance.equals(that.wantedInstance)
                && wantedApplication.equals(that.wantedApplication)
                && wanted.equals(that.wanted);
    }

    @Override
    public int hashCode() {
        return 31 * application.hashCode() + instance.hashCode();
    }

    /** Leaves the credential out. */
    @Override
    public String toString() {
        return "Hello[" + application + "#" + instance + ", versions " + minVersion + " to " + maxVersion
                + ", features "
                + Long.toBinaryString(features) + ", wants " + wantedApplication + "#" + wantedInstance + " " + wanted
                + ", credential of " + credential.length + " bytes]";
    }
}
