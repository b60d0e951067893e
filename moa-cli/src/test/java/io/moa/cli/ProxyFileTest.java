package io.moa.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.moa.discovery.Address;
import io.moa.discovery.ServiceId;
import io.moa.node.proxy.ProxyConfig;
import io.moa.node.proxy.PublishedConfig;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What a proxy's file says, and what somebody reads whose file is wrong. */
class ProxyFileTest {

    private static final String SHORT = "{\"application\":\"shop\",\"publish\":[{\"to\":\"resp://127.0.0.1:6000\","
            + "\"services\":[{\"service\":\"shop.Stock\",\"methods\":[\"reserve\"]}]}]}";

    private static final String FULL = """
            {
              // who these processes are
              "application": "shop",
              "publish": [
                {
                  "to": "http://127.0.0.1:8000/moa", /* PHP */
                  "services": [
                    {
                      "service": "shop.Stock",
                      "methods": ["who", {"name": "reserve", "parameters": ["item", "count"]}],
                    },
                    {"service": "shop.Till", "methods": [{"name": "total"}]}
                  ],
                  "host": "127.0.0.2",
                  "port": 9100,
                  "advertise": "10.0.0.1:9200",
                  "atOnce": 7,
                  "waiting": 0,
                  "health": {"path": "/health", "everyMs": 500, "patienceMs": 300, "failures": 4, "successes": 1},
                  "labels": {"zone": "a", "rack": 7}
                }
              ],
              "outbound": {"host": "127.0.0.3", "port": 9300},
              "operationsPort": 0,
              "policies": {"timeout@shop.Stock": 300},
              "drainMs": 2500
            }
            """;

    @Test
    void everythingIsRead() {
        ProxyConfig config = ProxyFile.read(FULL);
        assertThat(config.application()).isEqualTo("shop");
        PublishedConfig published = config.published().get(0);
        assertThat(published.to()).isEqualTo("http://127.0.0.1:8000/moa");
        assertThat(published.services())
                .extracting(PublishedConfig.Service::id)
                .containsExactly(ServiceId.parse("shop.Stock"), ServiceId.parse("shop.Till"));
        assertThat(published.services().get(0).methods())
                .satisfiesExactly(
                        who -> assertThat(who.parameterNames()).isNull(),
                        reserve -> assertThat(reserve.parameterNames()).containsExactly("item", "count"));
        assertThat(published.host()).isEqualTo("127.0.0.2");
        assertThat(published.port()).isEqualTo(9100);
        assertThat(published.advertise()).isEqualTo("10.0.0.1:9200");
        assertThat(published.atOnce()).isEqualTo(7);
        assertThat(published.waiting()).isZero();
        assertThat(published.health())
                .isEqualTo(new PublishedConfig.Health("/health", Duration.ofMillis(500), Duration.ofMillis(300), 4, 1));
        assertThat(published.labels()).isEqualTo(Map.of("zone", "a", "rack", "7"));
        assertThat(config.outbound()).isNotNull();
        assertThat(config.outbound().address()).isEqualTo(new Address.Tcp("127.0.0.3", 9300));
        assertThat(config.operationsPort()).isZero();
        assertThat(config.policies()).isEqualTo(Map.of("timeout@shop.Stock", "300"));
        assertThat(config.drainLimit()).isEqualTo(Duration.ofMillis(2_500));
    }

    @Test
    void whatIsNotSaidIsAtItsDefault() {
        ProxyConfig config = ProxyFile.read(SHORT);
        PublishedConfig published = config.published().get(0);
        assertThat(published.health()).isEqualTo(PublishedConfig.Health.DEFAULT);
        assertThat(published.atOnce()).isEqualTo(32);
        assertThat(published.waiting()).isEqualTo(256);
        assertThat(published.host()).isNull();
        assertThat(config.outbound()).isNull();
        assertThat(config.operationsPort()).isNull();
        assertThat(ProxyFile.read("{\"application\":\"a\",\"outbound\":{\"socket\":\"/run/a.sock\"}}")
                        .outbound())
                .extracting(outbound -> outbound.address())
                .isEqualTo(new Address.Unix("/run/a.sock"));
        assertThat(ProxyFile.read("{\"application\":\"a\",\"outbound\":{\"socket\":\"/a\",\"mode\":\"0660\"}}")
                        .outbound())
                .extracting(outbound -> outbound.mode())
                .isEqualTo("0660");
        assertThat(ProxyFile.read(SHORT.replace("\"services\"", "\"host\":null,\"services\""))
                        .published())
                .as("null says nothing")
                .isEqualTo(config.published());
    }

    /** Each line changes the short form once; what it then says has to be in the message. */
    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '^',
            value = {
                // unknown fields
                "\"publish\" | \"pubish\":1,\"publish\" | pubish is no setting; did you mean publish?",
                "\"to\" | \"too\":1,\"to\" | publish[0].too is no setting; did you mean to?",
                "\"methods\" | \"method\":1,\"methods\" | publish[0].services[0].method is no setting; did you mean methods?",
                "\"services\" | \"health\":{\"evryMs\":1},\"services\" | publish[0].health.evryMs is no setting; did you mean everyMs?",
                "[\"reserve\"] | [{\"name\":\"a\",\"params\":[]}] | publish[0].services[0].methods[0].params is no setting",
                "\"publish\" | \"outbound\":{\"prt\":1},\"publish\" | outbound.prt is no setting; did you mean port?",
                // missing
                "\"application\":\"shop\", | ^^ | application is missing: a text",
                "\"shop\" | \" \" | application is missing: a text",
                "\"to\":\"resp://127.0.0.1:6000\", | ^^ | publish[0].to is missing: a text",
                "\"service\":\"shop.Stock\", | ^^ | publish[0].services[0].service is missing: a text",
                "[\"reserve\"] | [] | publish[0].services[0]: shop.Stock needs at least one method",
                "[\"reserve\"] | [{}] | publish[0].services[0].methods[0].name is missing: a text",
                "\"services\" | \"labels\":{},\"services\":[],\"port\" | publish[0].port",
                // wrong types
                "\"shop\" | 7 | application is a text, not 7",
                "[\"reserve\"] | \"reserve\" | publish[0].services[0].methods is a list",
                "[\"reserve\"] | [7] | publish[0].services[0].methods[0] is an object",
                "[\"reserve\"] | [{\"name\":\"a\",\"parameters\":[7]}] | publish[0].services[0].methods[0].parameters[0] is the name of a parameter, a text",
                "\"services\" | \"atOnce\":\"7\",\"services\" | publish[0].atOnce is a whole number, not \"7\"",
                "\"services\" | \"atOnce\":1.5,\"services\" | publish[0].atOnce is a whole number, not 1.5",
                "\"services\" | \"atOnce\":99999999999,\"services\" | publish[0].atOnce is a whole number, not 99999999999",
                "\"services\" | \"health\":[],\"services\" | publish[0].health is an object",
                "\"services\" | \"labels\":{\"a\":[]},\"services\" | publish[0].labels.a is a text or a number",
                "\"publish\" | \"policies\":[],\"publish\" | policies is an object",
                // policies, all of which are ours
                "\"publish\" | \"policies\":{\"timout@shop.Stock\":\"300ms\"},\"publish\" | policies: timout@shop.Stock: there is no policy",
                "\"publish\" | \"policies\":{\"timout@shop.Stock\":\"300ms\"},\"publish\" | did you mean timeout@shop.Stock?",
                "\"publish\" | \"policies\":{\"moa.timeout\":\"300ms\"},\"publish\" | policies: moa.timeout: there is no policy",
                "\"publish\" | \"policies\":{\"timeout\":\"soon\"},\"publish\" | policies: timeout: timeout",
                "\"publish\" | \"policies\":{\"timeout@other.Service\":\"-1s\"},\"publish\" | policies: timeout@other.Service: timeout",
                "\"publish\" | \"policies\":{\"timeout@shop.Stock#resrve\":\"1s\"},\"publish\" | is said for the method resrve, which shop.Stock does not have; it has [reserve]",
                "\"publish\" | \"policies\":{\"timeout\":\"1s\",\"moa.policy.timeout\":\"2s\"},\"publish\" | says the same as",
                "\"publish\" | \"policies\":{\"timeout@a/b/c\":\"1s\"},\"publish\" | names no service",
                // where it listens
                "\"services\" | \"host\":\"0.0.0.0\",\"services\" | publish[0]: What listens on all addresses says which one others are to use",
                "\"services\" | \"host\":\"0.0.0.0\",\"advertise\":\"0.0.0.0\",\"services\" | publish[0]:",
                // ranges
                "\"services\" | \"atOnce\":0,\"services\" | publish[0]: atOnce is 1 to 10000, not 0",
                "\"services\" | \"waiting\":-1,\"services\" | publish[0]: waiting is 0 to 100000, not -1",
                "\"services\" | \"port\":65536,\"services\" | publish[0]: port is 0 to 65535, not 65536",
                "\"services\" | \"health\":{\"everyMs\":49},\"services\" | publish[0]: health.everyMs is 50 to 300000, not 49",
                "\"services\" | \"health\":{\"patienceMs\":300001},\"services\" | publish[0]: health.patienceMs is 10 to 300000, not 300001",
                "\"services\" | \"health\":{\"failures\":0},\"services\" | publish[0]: failures is 1 to 100, not 0",
                "\"publish\" | \"outbound\":{\"port\":70000},\"publish\" | outbound",
                "\"publish\" | \"outbound\":{\"port\":7,\"mode\":\"0660\"},\"publish\" | outbound: mode is that of a Unix socket",
                "\"publish\" | \"outbound\":{\"socket\":\"/a\",\"mode\":\"0680\"},\"publish\" | outbound: mode is three octal digits, such as 0660, not 0680",
                "\"publish\" | \"operationsPort\":70000,\"publish\" | operationsPort is 0 to 65535, not 70000",
                "\"publish\" | \"drainMs\":-1,\"publish\" | drainMs is 0 to",
                // twice
                "[\"reserve\"] | [\"reserve\",\"who\",\"reserve\"] | publish[0].services[0]: shop.Stock has the method reserve twice",
                "\"services\" | \"to\":\"resp://127.0.0.1:1\",\"services\" | \"to\" stands twice, at line 1",
                "\"publish\" | \"outbound\":{\"socket\":\"/a\",\"port\":1},\"publish\" | outbound is either a socket, or a host and a port",
                // what it leads to
                "resp://127.0.0.1:6000 | redis://127.0.0.1:6000 | publish[0]: redis://127.0.0.1:6000 names no process: expected resp://",
                "resp://127.0.0.1:6000 | resp://127.0.0.1 | publish[0]: resp://127.0.0.1 names no process",
                "\"services\" | \"health\":{\"path\":\"/x\"},\"services\" | publish[0]: Only a process that speaks HTTP has a path",
                "shop.Stock | shop/Stock/x/y | publish[0].services[0]:",
            })
    void aMistakeIsSaidWithItsPlace(String found, String changed, String said) {
        String wrong = SHORT.replaceFirst(
                java.util.regex.Pattern.quote(found), java.util.regex.Matcher.quoteReplacement(changed));
        assertThat(wrong).isNotEqualTo(SHORT);
        assertThatThrownBy(() -> ProxyFile.read(wrong))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining(said);
    }

    @Test
    void theSameServiceOrPortTwiceIsRefused() {
        String service = "{\"service\":\"shop.Stock\",\"methods\":[\"reserve\"]}";
        assertThatThrownBy(() -> ProxyFile.read(SHORT.replace(service, service + "," + service)))
                .hasMessageContaining("publish[0]")
                .hasMessageContaining("serves shop.Stock twice");
        String one = SHORT.substring(SHORT.indexOf("[{\"to\"") + 1, SHORT.length() - 2)
                .replace("\"services\"", "\"port\":9100,\"services\"");
        assertThatThrownBy(() -> ProxyFile.read("{\"application\":\"a\",\"publish\":[" + one + "," + one + "]}"))
                .hasMessage("Two processes are published at the port 9100");
    }

    @Test
    void whatIsNoFileOfAProxyIsRefused() {
        assertThatThrownBy(() -> ProxyFile.read("")).hasMessage("The file is an object, {…}");
        assertThatThrownBy(() -> ProxyFile.read("[]")).hasMessage("The file is an object, {…}");
        assertThatThrownBy(() -> ProxyFile.read("{\n \"application\": shop}"))
                .hasMessageStartingWith("it is not JSON at line 2, column ");
        assertThatThrownBy(() -> ProxyFile.read(SHORT + "{}")).hasMessageStartingWith("it is not JSON at line 1");
        assertThatThrownBy(() -> ProxyFile.read("{\"application\":\"a\"}"))
                .hasMessageContaining("say \"publish\", or \"outbound\", or both");
        assertThatThrownBy(() -> ProxyFile.read("{\"a\":" + "[".repeat(5_000)))
                .hasMessageStartingWith("it is not JSON");
    }

    @Test
    void theCommandSaysWhetherAFileIsRight(@TempDir Path folder) throws IOException {
        Path right = Files.writeString(folder.resolve("right.json"), FULL);
        CommandRun checked = CommandRun.of("proxy", "--check", right.toString());
        assertThat(checked.err()).isEmpty();
        assertThat(checked.exitCode()).isZero();
        assertThat(checked.out())
                .contains("right.json is right: 1 process is published, and calls taken at tcp://127.0.0.3:9300");

        Path wrong = Files.writeString(folder.resolve("wrong.json"), FULL.replace("\"atOnce\": 7", "\"atOnce\": 0"));
        for (List<String> arguments : List.of(List.of("--check", wrong.toString()), List.of(wrong.toString()))) {
            CommandRun refused = CommandRun.of(
                    java.util.stream.Stream.concat(java.util.stream.Stream.of("proxy"), arguments.stream())
                            .toArray(String[]::new));
            assertThat(refused.exitCode()).isNotZero();
            assertThat(refused.out()).isEmpty();
            assertThat(refused.err()).contains("wrong.json: publish[0]: atOnce is 1 to 10000, not 0");
        }
    }
}
