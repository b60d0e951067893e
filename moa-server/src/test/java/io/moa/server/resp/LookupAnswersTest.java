package io.moa.server.resp;

import static org.assertj.core.api.Assertions.assertThat;

import io.moa.discovery.Address;
import io.moa.discovery.Instance;
import io.moa.discovery.Liveness;
import io.moa.discovery.OperatorState;
import io.moa.discovery.ServiceExport;
import io.moa.discovery.ServiceId;
import io.moa.discovery.Snapshot;
import io.moa.testkit.FakeTicker;
import io.moa.transport.RespAnswer;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;

/** What a client of Redis is told that asks where a service is. */
class LookupAnswersTest {

    private static final ServiceExport STOCK = new ServiceExport(ServiceId.of("shop.Stock"), Set.of("json"), "");

    private final FakeTicker ticker = new FakeTicker();
    private final AtomicLong wall = new AtomicLong(1_000_000);
    private RespLookup.Found found = new RespLookup.NotNow("nothing is known");
    private final LookupAnswers answers = new LookupAnswers(any -> found, ticker, wall::get);
    private int revision;

    private static Instance.Builder process(String uuid, Address... addresses) {
        return Instance.builder(uuid, "shop").addresses(List.of(addresses)).exports(List.of(STOCK));
    }

    private static Snapshot.Entry entry(Instance.Builder instance, Liveness liveness, OperatorState operator) {
        return new Snapshot.Entry(instance.build(), liveness, operator);
    }

    private static Snapshot.Entry online(Instance.Builder instance) {
        return entry(instance, Liveness.ONLINE, OperatorState.NONE);
    }

    private static Address at(int port) {
        return new Address.Tcp("10.0.0.1", port);
    }

    private void known(Snapshot.Entry... entries) {
        found = new RespLookup.Known("edition", ++revision, 1_500, "redis here", true, List.of(entries));
    }

    private List<String> addresses() {
        return ((RespAnswer.Texts) answers.answer(List.of("shop.Stock"))).texts();
    }

    private String json() {
        return ((RespAnswer.Text) answers.answer(List.of("shop.Stock", "json"))).text();
    }

    private RespAnswer.Refusal refusal(String... arguments) {
        return (RespAnswer.Refusal) answers.answer(List.of(arguments));
    }

    @Test
    void nobodyAndNothingKnownAreTwoAnswers() {
        assertThat(refusal("shop.Stock")).isEqualTo(new RespAnswer.Refusal("TRYAGAIN", "nothing is known"));
        known();
        assertThat(addresses()).isEmpty();
        assertThat(json())
                .isEqualTo(
                        "{\"service\":\"shop.Stock\",\"edition\":\"edition\",\"revision\":1,\"source\":\"redis here\","
                                + "\"complete\":true,\"instances\":[],\"ageMs\":1500}");
        found = new RespLookup.Never("ask a lookup");
        assertThat(refusal("shop.Stock")).isEqualTo(new RespAnswer.Refusal("ERR", "ask a lookup"));
    }

    @Test
    void whoTakesMostComesFirstAndTheSuspectedLast() {
        known(
                entry(process("a", at(1)), Liveness.SUSPECT, OperatorState.NONE),
                online(process("b", at(2)).weight(50)),
                online(process("c", at(3)).weight(100)),
                online(process("d", at(4)).weight(100)),
                entry(process("e", at(5)), Liveness.ONLINE, new OperatorState(false, 300, null)));
        assertThat(addresses()).containsExactly("10.0.0.1:5", "10.0.0.1:3", "10.0.0.1:4", "10.0.0.1:2", "10.0.0.1:1");
    }

    @Test
    void whoMayNotBeCalledIsToldInJsonAlone() {
        known(
                entry(process("a", at(1)), Liveness.OFFLINE, OperatorState.NONE),
                entry(process("b", at(2)), Liveness.ONLINE, new OperatorState(true, null, null)),
                entry(process("c", at(3)), Liveness.ONLINE, new OperatorState(false, 0, null)),
                online(process("d", new Address.Unix("/run/d"))),
                online(process("e", new Address.Unix("/run/e"), new Address.Tcp("fe80::1", 6))
                        .label("zone", "west")));
        assertThat(addresses()).containsExactly("[fe80::1]:6");
        assertThat(json())
                .contains("{\"address\":\"[fe80::1]:6\",\"uuid\":\"e\",\"application\":\"shop\",\"usable\":true,"
                        + "\"state\":\"ONLINE\",\"weight\":100,\"labels\":{\"zone\":\"west\"}}")
                .contains("\"uuid\":\"a\",\"application\":\"shop\",\"usable\":false,\"state\":\"OFFLINE\"")
                .contains("\"uuid\":\"b\",\"application\":\"shop\",\"usable\":false,\"state\":\"DISABLED\"")
                .contains("\"uuid\":\"c\",\"application\":\"shop\",\"usable\":false,\"state\":\"ONLINE\",\"weight\":0")
                .doesNotContain("\"uuid\":\"d\"");
    }

    @Test
    void ofTwoAtOneAddressTheLaterIsThere() {
        known(
                online(process("a", at(1)).startedAtEpochMillis(20)),
                online(process("b", at(1)).startedAtEpochMillis(10)),
                entry(process("c", at(1)).startedAtEpochMillis(30), Liveness.OFFLINE, OperatorState.NONE));
        assertThat(addresses()).containsExactly("10.0.0.1:1");
        assertThat(json()).contains("\"uuid\":\"a\"").doesNotContain("\"uuid\":\"b\"");
    }

    @Test
    void whoWarmsUpGetsMoreAndMore() {
        Duration warmUp = Duration.ofSeconds(100);
        known(
                online(process("a", at(1)).weight(100).warmUp(warmUp).startedAtEpochMillis(wall.get() - 30_000)),
                online(process("b", at(2)).weight(60)));
        assertThat(addresses()).containsExactly("10.0.0.1:2", "10.0.0.1:1");
        assertThat(json()).contains("\"weight\":30");
        pass(Duration.ofSeconds(40));
        assertThat(addresses()).containsExactly("10.0.0.1:1", "10.0.0.1:2");
        assertThat(json()).contains("\"weight\":70");
    }

    @Test
    void aClockThatIsAheadKeepsNobodyColdForEver() {
        known(online(process("a", at(1))
                .weight(100)
                .warmUp(Duration.ofSeconds(100))
                .startedAtEpochMillis(wall.get() + 3_600_000)));
        assertThat(json()).contains("\"weight\":1,");
        pass(Duration.ofSeconds(50));
        assertThat(json()).contains("\"weight\":50,");
        pass(Duration.ofSeconds(50));
        assertThat(json()).contains("\"weight\":100,");
    }

    private void pass(Duration time) {
        ticker.advance(time);
        wall.addAndGet(time.toMillis());
    }

    @Test
    void anAnswerIsBoundedAndSaysSo() {
        List<Snapshot.Entry> entries = new ArrayList<>();
        for (int i = 1; i <= LookupAnswers.MAX_PLACES + 1; i++) {
            entries.add(online(process("p" + i, at(i))));
        }
        found = new RespLookup.Known("edition", 1, 0, "redis", true, entries);
        assertThat(addresses()).hasSize(LookupAnswers.MAX_PLACES);
        assertThat(json()).contains("\"complete\":false");
        found = new RespLookup.Known("edition", 2, 0, "redis", true, entries.subList(1, entries.size()));
        assertThat(json()).contains("\"complete\":true");
        entries.clear();
        for (int i = 1; i <= 1_500; i++) {
            entries.add(online(process("w" + i, at(i)).label("word", "x".repeat(1_000))));
        }
        found = new RespLookup.Known("edition", 3, 0, "redis", true, entries);
        assertThat(json()).hasSizeLessThan(1_100_000).contains("\"complete\":false");
    }

    @Test
    void onlyTheAgeOfAListThatStaysIsMadeAnew() {
        known(online(process("a", at(1))));
        RespAnswer.Texts first = (RespAnswer.Texts) answers.answer(List.of("shop.Stock"));
        RespLookup.Known before = (RespLookup.Known) found;
        found = new RespLookup.Known("edition", before.revision(), 9, "redis here", true, before.entries());
        assertThat(json()).endsWith(",\"ageMs\":9}");
        found = new RespLookup.Known("another", before.revision(), 9, "redis here", true, List.of());
        assertThat(addresses()).isEmpty();
        assertThat(first.texts()).hasSize(1);
    }

    @Test
    void whatIsNoQuestionIsToldHowToAsk() {
        assertThat(refusal().why()).startsWith("MOA.LOOKUP <service> [JSON]");
        assertThat(refusal("a", "xml").why()).startsWith("MOA.LOOKUP <service> [JSON]");
        assertThat(refusal("a b c").code()).isEqualTo("ERR");
    }

    @Test
    void aServerTellsOfItself() {
        boolean[] open = {true};
        OwnAddress own = new OwnAddress(() -> open[0]);
        LookupAnswers asked = new LookupAnswers(own, ticker, wall::get);
        assertThat(((RespAnswer.Refusal) asked.answer(List.of("shop.Stock"))).code())
                .isEqualTo("TRYAGAIN");
        own.announce(process("self", at(7)).build());
        assertThat(((RespAnswer.Texts) asked.answer(List.of("shop.Stock"))).texts())
                .containsExactly("10.0.0.1:7");
        assertThat(((RespAnswer.Text) asked.answer(List.of("shop.Stock", "JSON"))).text())
                .contains("\"complete\":false");
        assertThat(((RespAnswer.Refusal) asked.answer(List.of("shop.Other"))).why())
                .contains("ask a lookup")
                .hasSizeLessThanOrEqualTo(256);
        open[0] = false;
        assertThat(((RespAnswer.Texts) asked.answer(List.of("shop.Stock"))).texts())
                .isEmpty();
    }
}
