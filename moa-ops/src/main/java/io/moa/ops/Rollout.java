package io.moa.ops;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.function.Consumer;

/**
 * Brings a version to many instances, batch by batch, and stops by itself when one of them is worse for it. Those that run it already are passed over, so it can
 * be run again.
 */
public final class Rollout {

    /** So many instances of a batch are upgraded at once. */
    private static final int AT_ONCE = 8;

    private static final long LOOK_MILLIS = 1_000;

    /** An instance, and what it is called. */
    record Instance(String name, InstanceDoor door) {}

    /** Lets time pass. */
    @FunctionalInterface
    interface Pauses {
        void pass(long millis) throws InterruptedException;
    }

    private final RolloutPlan plan;
    private final List<Instance> instances;
    private final Consumer<String> told;
    private final Pauses pauses;
    private final List<Instance> upgraded = new ArrayList<>();

    Rollout(RolloutPlan plan, List<Instance> instances, Consumer<String> told, Pauses pauses) {
        this.plan = plan;
        this.instances = List.copyOf(instances);
        this.told = told;
        this.pauses = pauses;
    }

    /**
     * Over operations agents.
     *
     * @param told what it does, a line each
     */
    public static Rollout of(RolloutPlan plan, List<OpsClient> instances, Consumer<String> told) {
        return new Rollout(
                plan,
                instances.stream()
                        .map(each -> new Instance(each.toString(), each))
                        .toList(),
                told,
                Thread::sleep);
    }

    /** Does it. Returns whether it went through. */
    public boolean run() throws InterruptedException {
        List<Instance> left = new ArrayList<>();
        for (Instance each : instances) {
            try {
                JsonNode status = each.door().status();
                if (InstanceHealth.of(status).runs(plan.version())) {
                    told.accept(each.name() + " runs " + plan.version() + " already");
                } else if (status.path("change").isObject()) {
                    return refused(each.name() + " is being changed");
                } else if (plan.from() == null && !isInstalled(status)) {
                    return refused(plan.version() + " is not installed at " + each.name()
                            + ", and no --from says where it is");
                } else {
                    left.add(each);
                }
            } catch (OpsException e) {
                return refused(String.valueOf(e.getMessage()));
            }
        }
        int there = instances.size() - left.size();
        List<Integer> sizes = plan.sizes(left.size());
        int from = 0;
        for (int i = 0; i < sizes.size(); i++) {
            List<Instance> batch = left.subList(from, from + sizes.get(i));
            from += sizes.get(i);
            String name = "Batch " + (i + 1) + " of " + sizes.size();
            if (plan.dryRun()) {
                told.accept(name + " would be " + names(batch));
                continue;
            }
            String wrong = upgrade(batch);
            wrong = wrong.isEmpty() ? look(name, batch) : wrong;
            if (!wrong.isEmpty()) {
                told.accept(name + ": stopped, " + wrong);
                rollBack();
                told.accept("Stopped in batch " + (i + 1) + " of " + sizes.size() + ": " + upgraded.size() + " of "
                        + instances.size()
                        + " were upgraded" + (plan.rollBackOnStop() ? " and sent back" : " and stay so") + ", " + there
                        + " ran " + plan.version() + " before");
                return false;
            }
        }
        told.accept(
                plan.dryRun()
                        ? "Nothing was done: " + left.size() + " of " + instances.size() + " would be upgraded"
                        : "Done: " + upgraded.size() + " of " + instances.size() + " upgraded to " + plan.version()
                                + ", " + there + " ran it before");
        return true;
    }

    private boolean refused(String why) {
        told.accept("Nothing was done: " + why);
        return false;
    }

    private boolean isInstalled(JsonNode status) {
        for (JsonNode each : status.path("versions")) {
            if (each.path("name").asText().equals(plan.version())) {
                return true;
            }
        }
        return false;
    }

    private static String names(List<Instance> some) {
        return String.join(", ", some.stream().map(Instance::name).toList());
    }

    /** Why it went wrong; empty if all run it. */
    private String upgrade(List<Instance> batch) throws InterruptedException {
        ExecutorService some = Executors.newFixedThreadPool(Math.min(AT_ONCE, batch.size()), task -> {
            Thread thread = new Thread(task, "moa-ops-rollout");
            thread.setDaemon(true);
            return thread;
        });
        try {
            List<Future<Void>> all = new ArrayList<>();
            for (Instance each : batch) {
                all.add(some.submit(() -> {
                    String from = plan.from();
                    String sha256 = plan.sha256();
                    if (from != null && sha256 != null) {
                        each.door().install(plan.version(), from, sha256, plan.by());
                    }
                    each.door().upgrade(plan.version(), false, plan.by());
                    return null;
                }));
            }
            String wrong = "";
            for (int i = 0; i < batch.size(); i++) {
                try {
                    all.get(i).get();
                    upgraded.add(batch.get(i));
                } catch (ExecutionException e) {
                    String why = e.getCause() instanceof OpsException known ? known.getMessage() : "" + e.getCause();
                    wrong = wrong.isEmpty() ? batch.get(i).name() + " was not upgraded: " + why : wrong;
                }
            }
            return wrong;
        } finally {
            some.shutdownNow();
        }
    }

    /** Looks at all that were upgraded, until the pause is over. Returns why they do not pass. */
    private String look(String name, List<Instance> batch) throws InterruptedException {
        long left = plan.pause().toMillis();
        while (true) {
            long calls = 0;
            long failed = 0;
            long restarts = 0;
            for (Instance each : upgraded) {
                InstanceHealth health;
                try {
                    health = InstanceHealth.of(each.door().status());
                } catch (OpsException e) {
                    return each.name() + " cannot be asked: " + e.getMessage();
                }
                String complaint = health.complaint(plan);
                if (!complaint.isEmpty()) {
                    return each.name() + ": " + complaint;
                }
                calls += health.calls();
                failed += health.failed();
                restarts += health.restarts();
            }
            if (InstanceHealth.tooMany(plan, calls, failed)) {
                return InstanceHealth.rate(calls, failed) + " of all that were upgraded failed";
            }
            if (left <= 0) {
                told.accept(name + ": passed, " + names(batch) + "; of all that were upgraded "
                        + InstanceHealth.rate(calls, failed) + " failed, " + restarts + " restarts");
                return "";
            }
            pauses.pass(Math.min(left, LOOK_MILLIS));
            left -= LOOK_MILLIS;
        }
    }

    private void rollBack() throws InterruptedException {
        if (!plan.rollBackOnStop()) {
            return;
        }
        for (int i = upgraded.size() - 1; i >= 0; i--) {
            Instance each = upgraded.get(i);
            try {
                told.accept(each.name() + " goes back: " + each.door().rollback(plan.by()));
            } catch (OpsException e) {
                told.accept(each.name() + " does not go back: " + e.getMessage());
            }
        }
    }
}
