package io.moa.testkit;

import static org.assertj.core.api.Assertions.assertThat;

import io.moa.discovery.Address;
import io.moa.discovery.Instance;
import io.moa.discovery.OperatorState;
import io.moa.discovery.Registry;
import io.moa.discovery.Registry.Registration;
import io.moa.discovery.Registry.Subscription;
import io.moa.discovery.ServiceExport;
import io.moa.discovery.ServiceId;
import io.moa.discovery.Snapshot;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/** What the tests of a registry's contract say again and again. */
final class RegistryWords {

    static final ServiceId ORDERS = ServiceId.of("io.moa.sample.Orders");
    static final ServiceId STOCK = ServiceId.of("io.moa.sample.Stock");

    private RegistryWords() {}

    static Instance instance(String uuid, ServiceId... services) {
        List<ServiceExport> exports = new ArrayList<>();
        for (ServiceId service : services) {
            exports.add(new ServiceExport(service, Set.of("hessian"), ""));
        }
        return new Instance(
                uuid,
                "sample",
                List.of(new Address.InProcess(uuid)),
                exports,
                Instance.DEFAULT_WEIGHT,
                1_000,
                Map.of("zone", "north"));
    }

    static void await(RegistryStage stage, Registration registration) {
        CompletableFuture<Void> registered = registration.registered();
        stage.eventually().until(registered::isDone, () -> "the registration did not reach the store");
        assertThat(registered).isCompleted();
    }

    static Snapshot awaitCurrent(
            RegistryStage stage, Subscription subscription, Predicate<Snapshot> condition, String expected) {
        return stage.eventually().value(subscription::current, condition, expected);
    }

    /** Lets something pass through the same registry and be seen, so that whatever was to be seen before it was. */
    static void passChange(RegistryStage stage, Registry registry, Subscription seen) {
        passChange(stage, registry, seen, ORDERS);
    }

    static void passChange(RegistryStage stage, Registry registry, Subscription seen, ServiceId service) {
        await(stage, registry.register(instance("fence", service)));
        awaitCurrent(stage, seen, snapshot -> has(snapshot, "fence"), "the fence");
    }

    static void closeIf(boolean now, @Nullable Subscription subscription) {
        if (now && subscription != null) {
            subscription.close();
        }
    }

    static long revision(
            Recorder<Snapshot> listener, RegistryStage stage, Predicate<Snapshot> condition, long above, String what) {
        Predicate<Snapshot> newer = snapshot -> snapshot.revision() > above;
        return listener.await(stage.eventually(), newer.and(condition), what + ", after revision " + above)
                .revision();
    }

    static void assertInOrder(Recorder<Snapshot> listener) {
        assertThat(listener.overlapped())
                .as("told two things at once: %s", listener)
                .isFalse();
        long before = -1;
        for (Snapshot snapshot : listener.told()) {
            assertThat(snapshot.revision())
                    .as("the revisions grow: %s", listener)
                    .isGreaterThan(before);
            before = snapshot.revision();
        }
    }

    static Predicate<Snapshot> lists(String... uuids) {
        return snapshot -> snapshot.entries().size() == uuids.length
                && Set.copyOf(uuids(snapshot)).equals(Set.of(uuids));
    }

    static Predicate<Snapshot> sized(int entries) {
        return snapshot -> snapshot.entries().size() == entries;
    }

    static Predicate<Snapshot> online(String uuid, boolean online) {
        return snapshot -> matches(snapshot, uuid, entry -> entry.online() == online);
    }

    static Predicate<Snapshot> decided(String uuid, OperatorState decision) {
        return snapshot -> matches(snapshot, uuid, entry -> entry.operator().equals(decision));
    }

    static Predicate<Snapshot> weighed(String uuid, int weight) {
        return snapshot -> matches(snapshot, uuid, entry -> entry.instance().weight() == weight);
    }

    static boolean has(Snapshot snapshot, String uuid) {
        return matches(snapshot, uuid, entry -> true);
    }

    static boolean matches(Snapshot snapshot, String uuid, Predicate<Snapshot.Entry> condition) {
        return snapshot.entries().stream()
                .anyMatch(entry -> entry.instance().uuid().equals(uuid) && condition.test(entry));
    }

    static Snapshot.Entry entry(Subscription subscription, String uuid) {
        Snapshot snapshot = subscription.current();
        return snapshot.entries().stream()
                .filter(entry -> entry.instance().uuid().equals(uuid))
                .findAny()
                .orElseThrow(() -> new AssertionError("no " + uuid + " in " + snapshot));
    }

    static List<Instance> facts(Snapshot snapshot) {
        return snapshot.entries().stream().map(Snapshot.Entry::instance).toList();
    }

    static List<String> uuids(Snapshot snapshot) {
        return facts(snapshot).stream().map(Instance::uuid).toList();
    }
}
