package io.moa.registry.memory;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.moa.discovery.RuleSet;
import io.moa.discovery.RuleSource;
import io.moa.testkit.Recorder;
import io.moa.testkit.RuleSourceContract;
import io.moa.testkit.RuleSourceStage;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;
import org.junit.jupiter.api.Test;

/** The contract, and what the rule source in memory promises beyond it. */
class MemoryRuleSourceTest implements RuleSourceContract {

    private final MemoryRuleSource source = new MemoryRuleSource();

    @Override
    public RuleSourceStage stage() {
        return new Stage();
    }

    @Test
    void whatChangesNothingTellsNobody() {
        Recorder<RuleSet> listener = new Recorder<>();
        source.subscribe(listener);
        source.store().putRule("r", "1");
        source.store().putRule("r", "1");
        source.store().removeRule("none");
        source.store().removeSetting("none");
        source.store().replace(Map.of("r", "1"), Map.of());
        assertThat(listener.told()).extracting(RuleSet::revision).containsExactly(1L, 2L);
    }

    @Test
    void replacesAllInOneChange() {
        Recorder<RuleSet> listener = new Recorder<>();
        source.subscribe(listener);
        source.store().putSetting("old", "1");
        source.store().replace(Map.of("r", "1"), Map.of("s", "2"));
        assertThat(listener.told()).hasSize(3);
        assertThat(listener.last()).isEqualTo(new RuleSet(3, Map.of("r", "1"), Map.of("s", "2")));
        source.store().removeSetting("s");
        assertThat(listener.last().settings()).isEmpty();
    }

    @Test
    void anOutageEndsInOneChange() {
        Recorder<RuleSet> listener = new Recorder<>();
        source.subscribe(listener);
        source.store().disconnect();
        source.store().putRule("r", "1");
        source.store().putRule("r", "2");
        assertThat(listener.count()).isEqualTo(1);
        source.store().reconnect();
        assertThat(listener.count()).isEqualTo(2);
        assertThat(listener.last().rules()).isEqualTo(Map.of("r", "2"));
    }

    @Test
    void aClosedSourceKeepsWhatItKnewAndBeginsNothing() {
        source.store().putRule("r", "1");
        source.close();
        source.store().putRule("r", "2");
        assertThat(source.current().rules()).isEqualTo(Map.of("r", "1"));
        assertThatThrownBy(() -> source.subscribe(rules -> {})).isInstanceOf(IllegalStateException.class);
    }

    @Test
    void onlyAStoreWithANamePlaysOneOutsideTheProcess() {
        assertThat(source.place()).isEmpty();
        assertThat(source.outlivesProcess()).isFalse();
        MemoryRuleSource named = new MemoryRuleSource(new MemoryRuleStore("east"));
        assertThat(named.place()).isEqualTo("east");
        assertThat(named.outlivesProcess()).isTrue();
    }

    private static final class Stage implements RuleSourceStage {

        private final MemoryRuleStore store = new MemoryRuleStore();
        private final List<RuleSource> opened = new CopyOnWriteArrayList<>();

        @Override
        public RuleSource open() {
            RuleSource source = new MemoryRuleSource(store);
            opened.add(source);
            return source;
        }

        @Override
        public void putRule(String id, String text) {
            store.putRule(id, text);
        }

        @Override
        public void removeRule(String id) {
            store.removeRule(id);
        }

        @Override
        public void putSetting(String name, String value) {
            store.putSetting(name, value);
        }

        @Override
        public void loseStore() {
            store.disconnect();
        }

        @Override
        public void restoreStore() {
            store.reconnect();
        }

        @Override
        public void close() {
            opened.forEach(RuleSource::close);
        }
    }
}
