package io.moa.e2e.governance;

import static io.moa.e2e.governance.Processes.PATIENT;
import static io.moa.e2e.governance.Processes.soon;
import static org.assertj.core.api.Assertions.assertThat;

import io.moa.annotation.Idempotent;
import io.moa.annotation.MoaService;
import io.moa.client.CallOptions;
import io.moa.client.MoaClient;
import io.moa.discovery.Instance;
import io.moa.discovery.ServiceId;
import io.moa.server.MoaServer;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.RegisterExtension;

/** The tag that an operator gives to an instance puts it into a lane, and takes it out of its own. */
@Timeout(120)
class OperatorTagTest {

    /** The service. */
    @MoaService(name = "tagged.Stock")
    public interface Stock {
        @Idempotent
        String where();
    }

    private static final ServiceId STOCK = ServiceId.of("tagged.Stock");

    @RegisterExtension
    final Processes processes = new Processes();

    private MoaServer serve(String name, Map<String, String> labels) {
        return processes.serve("stock", server -> server.labels(labels).export(Stock.class, () -> name));
    }

    private void tag(MoaServer server, @Nullable String tag) {
        processes.registry().store().tag(server.instance().uuid(), tag);
    }

    private static Set<String> answers(Stock stock) {
        Set<String> answers = new TreeSet<>();
        for (int i = 0; i < 50; i++) {
            answers.add(stock.where());
        }
        return answers;
    }

    @Test
    void callsWithTheTagGoThereAndAllOthersDoNotUntilItIsTakenBack() {
        MoaServer first = serve("first", Map.of());
        serve("second", Map.of());
        MoaClient client = processes.client("caller");
        Stock plain = client.stub(Stock.class, PATIENT);
        Stock gray = client.with(plain, CallOptions.NONE.withTag("gray"));
        assertThat(answers(gray)).containsExactly("first", "second");
        tag(first, "gray");
        soon().until(() -> answers(gray).equals(Set.of("first")), () -> client.explain(STOCK));
        assertThat(answers(plain)).containsExactly("second");
        assertThat(client.explain(STOCK)).contains("{tag=gray}", "its tag is an operator's");
        tag(first, null);
        soon().until(() -> answers(plain).size() == 2, () -> client.explain(STOCK));
    }

    @Test
    void itReplacesTheInstancesOwn() {
        MoaServer own = serve("own", Map.of(Instance.TAG, "gray"));
        serve("plain", Map.of());
        MoaClient client = processes.client("caller");
        Stock plain = client.stub(Stock.class, PATIENT);
        Stock gray = client.with(plain, CallOptions.NONE.withTag("gray"));
        Stock blue = client.with(plain, CallOptions.NONE.withTag("blue"));
        assertThat(answers(gray)).containsExactly("own");
        tag(own, "blue");
        soon().until(() -> answers(blue).equals(Set.of("own")), () -> client.explain(STOCK));
        assertThat(answers(gray)).containsExactly("plain");
    }
}
