package io.moa.registry.redis;

import io.moa.discovery.Address;
import io.moa.discovery.Instance;
import io.moa.discovery.ServiceExport;
import io.moa.discovery.ServiceId;
import java.util.List;
import java.util.Set;

/**
 * Writes and reads a record of nobody, so that the classes for it are loaded while the rest of a process starts, and its first
 * list does not wait for them.
 */
final class Rehearsal {

    private Rehearsal() {}

    static void run() {
        Instance nobody = Instance.builder("nobody", "nobody")
                .addresses(List.of(new Address.Tcp("127.0.0.1", 1)))
                .protocol("none")
                .exports(List.of(new ServiceExport(ServiceId.of("nothing"), Set.of("none"), "")))
                .label("zone", "nowhere")
                .metadata("no", "thing")
                .build();
        try {
            InstanceRecord.read(
                    nobody.uuid(), new InstanceRecord(nobody, false).write(AddressRanges.ANY), AddressRanges.ANY);
        } catch (BadEntryException e) {
            throw new IllegalStateException("What is written cannot be read", e);
        }
    }
}
