package io.moa.agent;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.moa.discovery.ServiceId;
import io.moa.invoke.Caller;
import io.moa.invoke.MethodId;
import io.moa.protocol.frame.Target;
import io.moa.protocol.serialize.RuleText;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.Test;

/** What was announced to an agent is known to the one that takes its place. */
class AnnouncedLinesTest {

    private static final Caller WEB = new Caller("web", "web-1");
    private static final Caller OTHER = new Caller("web", "web-2");

    @AutoClose
    private final AgentStage stage = new AgentStage();

    private final AnnouncedMethods methods = new AnnouncedMethods(stage.calls, 3);

    private static String text(String id) {
        return RuleText.writeLine(Map.of(
                "id",
                id,
                "service",
                "shop.Stock",
                "method",
                "reserve(java.lang.String)",
                "serializer",
                1,
                "policy",
                Map.of()));
    }

    private static Target target(String id) {
        return new Target(ServiceId.of("shop.Stock"), MethodId.parse("reserve(java.lang.String)"), 1, id);
    }

    @Test
    void theNextProcessKnowsWhatThisOneKnew() {
        methods.take(WEB, text("a"));
        methods.take(OTHER, text("b"));
        AnnouncedMethods next = new AnnouncedMethods(stage.calls, 3);
        assertThat(next.takeLines(methods.lines())).isEmpty();
        assertThat(next.size()).isEqualTo(2);
        assertThat(next.named(target("a"))).isNotNull();
        assertThatThrownBy(() -> next.take(WEB, text("b"))).hasMessageContaining("Another process");
        assertThat(next.lines()).containsExactlyInAnyOrderElementsOf(methods.lines());
        assertThat(next.takeLines(methods.lines())).as("once more").isEmpty();
    }

    @Test
    void whatWasToldAheadIsNotToldAgain() {
        methods.take(WEB, text("a"));
        AnnouncedMethods next = new AnnouncedMethods(stage.calls, 3);
        assertThat(next.takeLines(methods.linesAhead())).isEmpty();
        assertThat(methods.linesSince()).isEmpty();
        methods.take(OTHER, text("b"));
        assertThat(methods.linesSince()).singleElement().asString().contains("web-2");
        assertThat(next.takeLines(methods.linesSince())).isEmpty();
        assertThat(next.lines()).containsExactlyInAnyOrderElementsOf(methods.lines());
        methods.linesAhead();
        assertThat(methods.linesSince()).as("to the next one").isEmpty();
        assertThat(methods.lines()).hasSize(2);
    }

    @Test
    void aLineThatCannotBeTakenHoldsUpNoOther() {
        methods.take(WEB, text("a"));
        List<String> lines = new ArrayList<>(List.of("", "[]", "{\"announced\":7}", "{\"announced\":\"{}\"}"));
        lines.addAll(methods.lines());
        AnnouncedMethods next = new AnnouncedMethods(stage.calls, 3);
        assertThat(next.takeLines(lines)).hasSize(4);
        assertThat(next.named(target("a"))).isNotNull();
    }
}
