package io.moa.protocol.frame;

import io.moa.discovery.ServiceId;
import io.netty.buffer.ByteBuf;
import java.util.List;

/** Writes and reads a {@link ServiceId} as the nested message ServiceRef. */
final class ServiceRef {

    /** How many a message may have. */
    static final int MAX_COUNT = 512;

    private static final int MAX_ID_BYTES = 1024;

    private ServiceRef() {}

    static void write(ByteBuf out, int field, List<ServiceId> services) {
        for (ServiceId service : services) {
            FieldWriter.message(
                    out,
                    field,
                    FieldWriter.stringLength(service.name())
                            + FieldWriter.stringLength(service.group())
                            + FieldWriter.stringLength(service.version()));
            FieldWriter.string(out, 1, service.name());
            FieldWriter.string(out, 2, service.group());
            FieldWriter.string(out, 3, service.version());
        }
    }

    /** Adds the field that {@code outer} stands at to the list. */
    static void read(ByteBuf in, FieldReader outer, List<ServiceId> to) {
        if (to.size() >= MAX_COUNT) {
            throw new HeaderException("A handshake names at most " + MAX_COUNT + " services");
        }
        String name = "";
        String group = "";
        String version = "";
        FieldReader fields = new FieldReader(in, outer.valueIndex(), outer.valueLength(), "ServiceRef");
        while (fields.next()) {
            switch (fields.field()) {
                case 1 -> name = fields.word(MAX_ID_BYTES);
                case 2 -> group = fields.word(MAX_ID_BYTES);
                case 3 -> version = fields.word(MAX_ID_BYTES);
                default -> {} // a newer peer's
            }
        }
        to.add(Target.service(name, group, version));
    }

    static List<ServiceId> checked(List<ServiceId> services) {
        if (services.size() > MAX_COUNT) {
            throw new IllegalArgumentException(
                    "A handshake names at most " + MAX_COUNT + " services, not " + services.size());
        }
        return List.copyOf(services);
    }
}
