package io.moa.lookup;

import io.moa.discovery.Address;
import io.moa.discovery.Instance;
import io.moa.discovery.Liveness;
import io.moa.discovery.OperatorState;
import io.moa.discovery.ServiceExport;
import io.moa.discovery.ServiceId;
import io.moa.discovery.Snapshot;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/**
 * One process in plain data. Immutable.
 *
 * @param uuid names the process for its whole life
 * @param application whose process it is
 * @param host where its first TCP address is, a name or a literal IP address; empty if it has none
 * @param port of that address; 0 if it has none
 * @param unixPath its first Unix socket, of use only on its own host ({@code hostId}); empty if it has none
 * @param usable whether new calls may go there: on the online list, not taken offline by an operator, and with an
 *     address that another process can use
 * @param weight its own share of the traffic, 0 to 10,000; the operator's, if there is one, replaces it
 * @param liveness what the watchers say of it
 * @param operator what an operator has decided
 * @param hostId names the operating system it runs on; empty if not said
 * @param addresses all its addresses, preferred first: {@code tcp://host:port}, {@code unix:/path}
 * @param protocols what it speaks there; empty means {@code moa/1}
 * @param exports all it offers
 * @param startedAtEpochMillis when it started, on its own wall clock
 * @param warmUpMillis how long its share grows after its start
 * @param labels facts that rules may match, such as {@code zone} and {@code tag}
 * @param metadata facts for people and tools
 */
public record LookupInstance(
        String uuid,
        String application,
        String host,
        int port,
        String unixPath,
        boolean usable,
        int weight,
        Liveness liveness,
        OperatorState operator,
        String hostId,
        List<String> addresses,
        List<String> protocols,
        List<Export> exports,
        long startedAtEpochMillis,
        long warmUpMillis,
        Map<String, String> labels,
        Map<String, String> metadata) {

    public LookupInstance {
        hostId = hostId == null ? "" : hostId; // absent in JSON
        addresses = List.copyOf(addresses);
        protocols = List.copyOf(protocols);
        exports = List.copyOf(exports);
        labels = Map.copyOf(labels);
        metadata = Map.copyOf(metadata);
    }

    /**
     * One service that it offers. Immutable.
     *
     * @param service which
     * @param serializers what it may be called with
     * @param contract a fingerprint of the methods; empty if not said
     */
    public record Export(String service, List<String> serializers, String contract) {
        public Export {
            contract = contract == null ? "" : contract; // absent in JSON
            serializers = List.copyOf(serializers);
        }
    }

    /** What a registry says of a process, as plain data. */
    public static LookupInstance of(Snapshot.Entry entry) {
        Instance instance = entry.instance();
        Address.@Nullable Tcp tcp = first(instance, Address.Tcp.class);
        Address.@Nullable Unix unix = first(instance, Address.Unix.class);
        return new LookupInstance(
                instance.uuid(),
                instance.application(),
                tcp == null ? "" : tcp.host(),
                tcp == null ? 0 : tcp.port(),
                unix == null ? "" : unix.path(),
                entry.usable() && instance.reachable(),
                instance.weight(),
                entry.liveness(),
                entry.operator(),
                instance.host(),
                instance.addresses().stream().map(Address::toString).toList(),
                List.copyOf(new TreeSet<>(instance.protocols())),
                instance.exports().stream()
                        .map(export -> new Export(
                                export.service().toString(),
                                List.copyOf(new TreeSet<>(export.serializers())),
                                export.contract()))
                        .toList(),
                instance.startedAtEpochMillis(),
                instance.warmUpMillis(),
                instance.labels(),
                instance.metadata());
    }

    private static <A extends Address> @Nullable A first(Instance instance, Class<A> kind) {
        for (Address address : instance.addresses()) {
            if (kind.isInstance(address)) {
                return kind.cast(address);
            }
        }
        return null;
    }

    /**
     * What the registry said of the process.
     *
     * @throws IllegalArgumentException if this is none that a process could have said; the message says why
     */
    public Snapshot.Entry toEntry() {
        if (liveness == null || operator == null) { // absent in JSON
            throw new IllegalArgumentException(
                    "A process of a lookup needs its liveness and what an operator has decided; " + uuid + " of "
                            + application + " lacks one");
        }
        return new Snapshot.Entry(
                new Instance(
                        uuid,
                        application,
                        hostId,
                        addresses.stream().map(Address::parse).toList(),
                        Set.copyOf(protocols),
                        exports.stream()
                                .map(export -> new ServiceExport(
                                        ServiceId.parse(export.service()),
                                        Set.copyOf(export.serializers()),
                                        export.contract()))
                                .toList(),
                        weight,
                        startedAtEpochMillis,
                        warmUpMillis,
                        labels,
                        metadata),
                liveness,
                operator);
    }

    /** How many characters its texts have, about: what it takes in an answer. */
    public int roughSize() {
        int size = 400 + uuid.length() + application.length() + host.length() + unixPath.length() + hostId.length();
        for (String address : addresses) {
            size += address.length() + 4;
        }
        for (Export export : exports) {
            size += export.service().length() + export.contract().length() + 60;
            size += export.serializers().size() * 12;
        }
        return size + lengths(labels) + lengths(metadata);
    }

    private static int lengths(Map<String, String> texts) {
        int size = 0;
        for (Map.Entry<String, String> text : texts.entrySet()) {
            size += text.getKey().length() + text.getValue().length() + 8;
        }
        return size;
    }
}
