package io.moa.registry.redis;

import io.moa.discovery.Liveness;
import io.moa.discovery.OperatorState;
import io.moa.discovery.Registry;
import io.moa.invoke.Ticker;
import io.moa.testkit.Eventually;
import io.moa.testkit.RegistryStage;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicInteger;

/** A real Redis as the stage of the registry's contract. Each stage has a prefix of its own, and so an empty store. */
class RedisStage implements RegistryStage {

    static final Eventually SOON = Eventually.within(Duration.ofSeconds(30));
    private static final AtomicInteger STAGES = new AtomicInteger();

    final RedisConfig config;
    final RedisLink hand;
    private final RedisProcess holder;
    private final OperatorDesk desk;
    private final List<Registry> opened = new CopyOnWriteArrayList<>();

    /**
     * A stage.
     *
     * @param holder the process that stands still when the store is lost; null to find out by the prefix
     */
    RedisStage(RedisConfig.Builder settings, RedisProcess holder) {
        this(settings.prefix(nextPrefix()).build(), holder);
    }

    RedisStage(RedisConfig config, RedisProcess holder) {
        this.config = config;
        this.holder = holder;
        this.hand = RedisLink.open(config);
        this.desk = new OperatorDesk(hand);
    }

    static String nextPrefix() {
        return "stage" + STAGES.incrementAndGet();
    }

    @Override
    public RedisRegistry open() {
        RedisRegistry registry = RedisRegistry.open(config);
        opened.add(registry);
        return registry;
    }

    @Override
    public Ticker ticker() {
        return Ticker.system();
    }

    @Override
    public void decide(String uuid, OperatorState state) {
        done(desk.decide(uuid, state, "ada"));
    }

    @Override
    public void mark(String uuid, Liveness liveness) {
        RedisKeys keys = hand.keys();
        List<RedisCommand> commands = new ArrayList<>();
        commands.add(
                liveness == Liveness.ONLINE
                        ? RedisCommand.of("HDEL", keys.marks(), uuid)
                        : RedisCommand.of("HSET", keys.marks(), uuid, MarkRecord.write(liveness)));
        InstanceReport report = done(desk.instance(uuid));
        if (report.instance() != null) {
            ChangeLog.tell(
                    commands,
                    keys,
                    report.instance().exports().stream()
                            .map(export -> export.service())
                            .toList(),
                    uuid,
                    ChangeLog.MARKED);
            ChangeLog.tellAll(commands, keys, uuid, ChangeLog.MARKED);
        }
        done(hand.ask(connection -> connection.transaction(commands)));
    }

    @Override
    public void lose(String uuid) {
        RedisKeys keys = hand.keys();
        InstanceReport report = done(desk.instance(uuid));
        List<RedisCommand> commands = new ArrayList<>(List.of(
                RedisCommand.of("DEL", keys.lease(uuid)),
                RedisCommand.of("HDEL", keys.revisions(), uuid),
                RedisCommand.of("HDEL", keys.processes(), uuid)));
        if (report.instance() != null) {
            report.instance()
                    .exports()
                    .forEach(export -> commands.add(RedisCommand.of("HDEL", keys.members(export.service()), uuid)));
        }
        done(hand.ask(connection -> connection.transaction(commands)));
    }

    static <T> T done(CompletableFuture<T> future) {
        SOON.until(future::isDone, () -> "it was not answered");
        return future.join();
    }

    @Override
    public void loseStore() {
        holder.stop();
    }

    @Override
    public void restoreStore() {
        holder.cont();
    }

    @Override
    public Eventually eventually() {
        return SOON;
    }

    @Override
    public void close() {
        holder.cont();
        opened.forEach(Registry::close);
        hand.close();
    }
}
