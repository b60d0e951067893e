package io.moa.client.mesh;

import static org.assertj.core.api.Assertions.assertThat;

import io.moa.discovery.ServiceId;
import io.moa.governance.policy.ImpossibleValue;
import io.moa.governance.policy.MethodPolicy;
import io.moa.governance.policy.PolicyKey;
import io.moa.invoke.MethodId;
import io.moa.protocol.frame.CallHeader;
import io.moa.protocol.frame.Target;
import io.moa.protocol.serialize.RuleText;
import io.moa.transport.WireForm;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import java.time.Duration;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

class AnnouncementTest {

    private static final ServiceId STOCK = new ServiceId("shop.Stock", "north", "2");
    private static final MethodId RESERVE = new MethodId("reserve", "(java.lang.String,int)");

    private static final MethodPolicy DECLARED = MethodPolicy.DEFAULT
            .withCode(PolicyKey.TIMEOUT, Duration.ofMillis(300), "Stock.reserve")
            .withCode(PolicyKey.IDEMPOTENT, true, "Stock.reserve");

    private final Announcement announcement = new Announcement(STOCK, RESERVE, 129, DECLARED);

    @Test
    void callsNameTheMethodAndTheAnnouncement() {
        Announcement.Named named = announcement.named(() -> "7f");
        assertThat(named.id()).isEqualTo("7f");
        WireForm form = named.attributes().get(WireForm.KEY);
        assertThat(form).isNotNull();
        assertThat(form.serializer()).isEqualTo(129);
        ByteBuf in = Unpooled.wrappedBuffer(form.target());
        CallHeader header = CallHeader.parse(in, 0, in.readableBytes());
        assertThat(Target.parse(in, header.targetIndex(), header.targetLength()))
                .isEqualTo(new Target(STOCK, RESERVE, 129, "7f"));
    }

    @Test
    void whatIsToldCanBeReadBack() {
        Map<?, ?> said = (Map<?, ?>) RuleText.read(announcement.text("7f", Map.of()));
        assertThat(said).hasSize(5);
        assertThat(said.get("id")).isEqualTo("7f");
        assertThat(ServiceId.parse((String) said.get("service"))).isEqualTo(STOCK);
        assertThat(MethodId.parse((String) said.get("method"))).isEqualTo(RESERVE);
        assertThat(said.get("serializer")).isEqualTo(129);
        MethodPolicy policy = MethodPolicy.ofPlain((Map<?, ?>) said.get("policy"));
        assertThat(policy.describe()).isEqualTo(DECLARED.describe());
        assertThat(policy.isIdempotent()).isTrue();
    }

    @Test
    void whatTurnsOutToBeImpossibleIsToldBeforeTheNextCall() {
        StagedAgent agent = new StagedAgent("first");
        announcement.toldOn(agent, announcement.text("7f", Map.of()));
        List<ImpossibleValue> values = List.of(
                new ImpossibleValue(PolicyKey.CALL_KEYS, Map.of("item", "0.nosuch"), "there is no nosuch"),
                new ImpossibleValue(PolicyKey.FALLBACK_VALUE, "[]", "a number is expected"));
        announcement.cannotHave(values);
        assertThat(announcement.wasToldOn(agent)).isFalse();
        Map<?, ?> said = (Map<?, ?>) RuleText.read(announcement.text("7f", Map.of("zone", "north")));
        assertThat(said.get("labels")).isEqualTo(Map.of("zone", "north"));
        assertThat((List<?>) said.get("cannot"))
                .extracting(each -> ImpossibleValue.ofPlain(each))
                .containsExactlyElementsOf(values);
        announcement.toldOn(agent, announcement.text("7f", Map.of()));
        announcement.cannotHave(values);
        assertThat(announcement.wasToldOn(agent)).as("it says the same").isTrue();
        String before = announcement.text("7f", Map.of());
        announcement.cannotHave(List.of(new ImpossibleValue(PolicyKey.FALLBACK_VALUE, "{}", "a number is expected")));
        announcement.toldOn(agent, before);
        assertThat(announcement.wasToldOn(agent))
                .as("more was known while it was sent")
                .isFalse();
    }

    @Test
    void ofVeryManyImpossibleValuesTheLatestAreTold() {
        for (int i = 0; i < 100; i++) {
            announcement.cannotHave(
                    List.of(new ImpossibleValue(PolicyKey.FALLBACK_VALUE, "" + i, "a text is expected")));
        }
        Map<?, ?> said = (Map<?, ?>) RuleText.read(announcement.text("7f", Map.of()));
        assertThat((List<?>) said.get("cannot"))
                .hasSize(16)
                .last()
                .hasToString("{key=fallback-value, value=99, why=a text is expected}");
    }

    @Test
    void itHasOneNameWhoeverAsksFirst() throws InterruptedException {
        AtomicInteger ids = new AtomicInteger();
        Set<Announcement.Named> seen = ConcurrentHashMap.newKeySet();
        CountDownLatch together = new CountDownLatch(1);
        Set<Thread> threads = new HashSet<>();
        for (int i = 0; i < 4; i++) {
            Thread thread = new Thread(() -> {
                try {
                    together.await();
                    seen.add(announcement.named(() -> "id-" + ids.incrementAndGet()));
                } catch (InterruptedException e) {
                    Thread.currentThread().interrupt();
                }
            });
            thread.start();
            threads.add(thread);
        }
        together.countDown();
        for (Thread each : threads) {
            each.join();
        }
        assertThat(seen).hasSize(1);
        assertThat(ids).hasValue(1);
    }

    @Test
    void itIsToldOnTheLatestConnectionAlone() {
        StagedAgent first = new StagedAgent("first");
        StagedAgent second = new StagedAgent("second");
        assertThat(announcement.wasToldOn(first)).isFalse();
        announcement.toldOn(first, announcement.text("7f", Map.of()));
        assertThat(announcement.wasToldOn(first)).isTrue();
        announcement.toldOn(second, announcement.text("7f", Map.of()));
        assertThat(announcement.wasToldOn(second)).isTrue();
        assertThat(announcement.wasToldOn(first)).isFalse();
    }
}
