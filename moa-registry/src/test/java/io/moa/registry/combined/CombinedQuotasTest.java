package io.moa.registry.combined;

import static org.assertj.core.api.Assertions.assertThat;

import io.moa.discovery.QuotaSource;
import io.moa.registry.memory.MemoryRegistry;
import io.moa.testkit.FakeScheduler;
import java.util.List;
import java.util.Objects;
import org.junit.jupiter.api.Test;

class CombinedQuotasTest {

    private final FakeScheduler scheduler = new FakeScheduler();
    private final MemoryRegistry near = new MemoryRegistry(scheduler.ticker());
    private final MemoryRegistry far = new MemoryRegistry(scheduler.ticker());

    private CombinedRegistry combined(RegistryMember... members) {
        return new CombinedRegistry(List.of(members), scheduler.ticker(), scheduler);
    }

    private static int ask(QuotaSource source, String member) {
        return source.ask(List.of(new QuotaSource.Ask("q", member, 1_000, 0, 0, 0)))
                .join()
                .get(0)
                .members();
    }

    private static int ask(CombinedRegistry source, String member) {
        return ask(Objects.requireNonNull(source.quotas()), member);
    }

    @Test
    void theMostPreferredRegistryKeepsThem() {
        ask(combined(RegistryMember.of("far", far).withPriority(1), RegistryMember.of("near", near)), "combined");
        assertThat(ask(near.quotas(), "other")).isEqualTo(2);
        assertThat(ask(far.quotas(), "other")).isEqualTo(1);
    }

    @Test
    void oneThatIsOnlyFollowedOrKeepsNoneDoesNot() {
        RegistryMember farther = RegistryMember.of("far", far).withPriority(1);
        RegistryMember followed = RegistryMember.of("near", near).withUse(RegistryUse.FOLLOW);
        RegistryMember lookup = RegistryMember.of("lookup", new AnswersOnly(near));
        ask(combined(followed, lookup, farther), "combined");
        assertThat(ask(far.quotas(), "other")).isEqualTo(2);
        assertThat(combined(lookup).quotas()).isNull();
    }
}
