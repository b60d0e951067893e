package io.moa.server;

import io.moa.server.dispatch.Workers;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Settings of one exported service that differ from the server's. Immutable.
 *
 * @param group replaces the annotation's group; empty keeps it
 * @param version replaces the annotation's version; empty keeps it
 * @param workers where its methods run; null for a pool with the server's setting
 * @param serializers names of the serializers that callers may use; empty for all there are
 * @param allow classes that callers' bytes may create beyond those that the signatures name
 */
public record ExportConfig(
        String group, String version, @Nullable Workers workers, Set<String> serializers, List<Class<?>> allow) {

    /** Nothing differs. */
    public static final ExportConfig DEFAULT = new ExportConfig("", "", null, Set.of(), List.of());

    public ExportConfig {
        serializers = Set.copyOf(serializers);
        allow = List.copyOf(allow);
    }

    public ExportConfig withGroup(String value) {
        return new ExportConfig(value, version, workers, serializers, allow);
    }

    public ExportConfig withVersion(String value) {
        return new ExportConfig(group, value, workers, serializers, allow);
    }

    public ExportConfig withWorkers(Workers value) {
        return new ExportConfig(group, version, value, serializers, allow);
    }

    public ExportConfig withSerializers(String... names) {
        return new ExportConfig(group, version, workers, Set.of(names), allow);
    }

    public ExportConfig withAllowed(Class<?>... classes) {
        return new ExportConfig(group, version, workers, serializers, List.of(classes));
    }
}
