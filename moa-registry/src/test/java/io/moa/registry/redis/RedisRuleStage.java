package io.moa.registry.redis;

import io.moa.discovery.RuleSet;
import io.moa.discovery.RuleSource;
import io.moa.testkit.Eventually;
import io.moa.testkit.RuleSourceStage;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;

/** A real Redis as the stage of the contract of rules. Each stage has a prefix of its own, and so no rules. */
final class RedisRuleStage implements RuleSourceStage {

    final RedisConfig config;
    final RedisLink hand;
    final RuleDesk desk;
    private final RedisProcess holder;
    private final List<RuleSource> opened = new CopyOnWriteArrayList<>();

    /**
     * A stage.
     *
     * @param holder the process that stands still when the store is lost
     */
    RedisRuleStage(RedisConfig.Builder settings, RedisProcess holder) {
        this.config = settings.prefix(RedisStage.nextPrefix()).build();
        this.hand = RedisLink.open(config);
        this.desk = new RuleDesk(hand);
        this.holder = holder;
    }

    @Override
    public RedisRules open() {
        RedisRules source = RedisRules.open(config);
        opened.add(source);
        return source;
    }

    /** What a source tells once it has come to a version. */
    static RuleSet known(RuleSource source, String version) {
        return RedisStage.SOON.value(source::current, told -> told.version().equals(version), "version " + version);
    }

    @Override
    public void putRule(String id, String text) {
        RedisStage.done(desk.putRule(id, text, null, "ada"));
    }

    @Override
    public void removeRule(String id) {
        RedisStage.done(desk.removeRule(id, null, "ada"));
    }

    @Override
    public void putSetting(String name, String value) {
        RedisStage.done(desk.putSetting(name, value, null, "ada"));
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
        return RedisStage.SOON;
    }

    @Override
    public void close() {
        holder.cont();
        opened.forEach(RuleSource::close);
        hand.close();
    }
}
