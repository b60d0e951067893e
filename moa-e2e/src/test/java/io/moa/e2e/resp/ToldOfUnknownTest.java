package io.moa.e2e.resp;

import static io.moa.e2e.resp.RespStage.call;
import static org.assertj.core.api.Assertions.assertThat;

import io.moa.discovery.ServiceId;
import io.moa.invoke.Invocation;
import io.moa.invoke.MethodId;
import io.moa.invoke.Reply;
import io.moa.observe.CallEnd;
import io.moa.observe.CallObserver;
import io.moa.observe.MethodObserver;
import io.moa.server.resp.RespConfig;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ConcurrentLinkedQueue;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Observers of a server are told of calls by RESP that cannot be run, as they are of those that come in frames. */
@Timeout(120)
class ToldOfUnknownTest {

    private final ConcurrentLinkedQueue<String> told = new ConcurrentLinkedQueue<>();
    private final RespStage stage =
            new RespStage(RespConfig.DEFAULT, RespStage.PATIENT, builder -> builder.observer(new Writing()));

    /** Writes down who is told of what. */
    private final class Writing implements CallObserver {
        @Override
        public MethodObserver of(ServiceId service, MethodId method) {
            return call -> began(method.name(), call);
        }

        @Override
        public MethodObserver ofUnknown() {
            return call -> began("unknown", call);
        }

        private CallEnd began(String who, Invocation begun) {
            return (call, reply, tookNanos) ->
                    told.add(who + " is told of " + call.service() + " " + call.method() + " by "
                            + call.caller().application() + ": "
                            + (reply instanceof Reply.Failure failure
                                    ? failure.status() + " " + failure.executed()
                                    : "a result"));
        }
    }

    @AfterEach
    void close() {
        stage.close();
    }

    private List<String> told() {
        List<String> all = new ArrayList<>(told);
        told.clear();
        return all;
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '`',
            value = {
                "{'service':'shop.Other','method':'take'} | unknown is told of shop.Other take(?) by web: UNIMPLEMENTED NO",
                "{'service':'g/shop.Stock:2','method':'take'} | unknown is told of g/shop.Stock:2 take(?) by web: UNIMPLEMENTED NO",
                "{'service':'shop.Stock','method':'tkae'} | unknown is told of shop.Stock tkae(?) by web: UNIMPLEMENTED NO",
                "{'service':'shop.Stock','method':'take(int)'} | unknown is told of shop.Stock take(int) by web: UNIMPLEMENTED NO",
                "{'service':'shop.Stock','method':'take','args':{'itme':'a'}} | take is told of shop.Stock take(java.lang.String) by web: INVALID_ARGUMENT NO",
                "{'service':'shop.Stock','method':'take','args':['a','b']} | take is told of shop.Stock take(java.lang.String) by web: INVALID_ARGUMENT NO",
                "{'service':'shop.Stock','method':'take','args':['a']} | take is told of shop.Stock take(java.lang.String) by web: a result",
            })
    void isTold(String request, String expected) throws IOException {
        try (RespClient client = stage.client()) {
            assertThat(client.ask("CLIENT", "SETNAME", "web")).isEqualTo("+OK");
            String answer = client.ask("GET", request.replace('\'', '"'));
            assertThat(told()).containsExactly(expected);
            assertThat(answer).startsWith(expected.endsWith("result") ? "{\"result\":" : "{\"error\":{\"status\":\"");
        }
    }

    @Test
    void ofWhatIsNoRequestNobodyIsTold() throws IOException {
        try (RespClient client = stage.client()) {
            for (String request : new String[] {
                "",
                "nonsense",
                "{}",
                "{\"service\":\"shop.Stock\"}",
                "{\"service\":\"shop.Stock\",\"method\":\"\"}",
                "{\"service\":\"shop.Stock\",\"method\":\"(int)\"}",
                "{\"service\":\"shop.Stock\",\"method\":\"take(int\"}",
                "{\"service\":\"\",\"method\":\"take\"}"
            }) {
                assertThat(client.ask("GET", request))
                        .as(request)
                        .startsWith("{\"error\":{\"status\":\"INVALID_ARGUMENT\"");
            }
            assertThat(told()).isEmpty();
        }
    }

    @Test
    void theyAreAnsweredInTheirOrderAmongOthers() throws IOException {
        try (RespClient client = stage.client()) {
            String unknown = "{\"service\":\"shop.Other\",\"method\":\"take\"}";
            client.raw(
                    RespClient.command("MGET", call("held", "[\"a\"]"), unknown, call("take", "[\"top\"]"), unknown));
            client.raw(RespClient.command("GET", unknown) + RespClient.command("PING"));
            stage.free("a");
            assertThat(client.answer())
                    .matches("\\[\\{\"result\":\"a\"}, \\{\"error\".*}}, \\{\"result\":3}, \\{\"error\".*}}]");
            assertThat(client.answer()).contains("The service shop.Other is not exported here");
            assertThat(client.answer()).isEqualTo("+PONG");
        }
        assertThat(told()).hasSize(5);
    }
}
