package io.moa.registry.redis;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.moa.discovery.Address;
import io.moa.discovery.Instance;
import io.moa.discovery.OperatorState;
import io.moa.discovery.ServiceExport;
import io.moa.discovery.ServiceId;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.Random;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class InstanceRecordTest {

    private static final Instance FULL = Instance.builder("4f1c", "shop")
            .host("node-7")
            .addresses(List.of(
                    new Address.Tcp("10.0.0.7", 9000), new Address.Tcp("fe80::1", 9000), new Address.Unix("/run/s")))
            .protocol("moa/1")
            .exports(List.of(
                    new ServiceExport(new ServiceId("orders", "east", "2"), Set.of("json", "hessian"), "c0ffee"),
                    new ServiceExport(ServiceId.of("stock"), Set.of(), "")))
            .weight(50)
            .startedAtEpochMillis(1_700_000_000_000L)
            .warmUp(Duration.ofSeconds(30))
            .label("zone", "north")
            .metadata("jdk", "17")
            .build();

    private static final String GOLDEN = "{'v':1,'uuid':'4f1c','application':'shop','host':'node-7',"
            + "'addresses':['tcp://10.0.0.7:9000','tcp://[fe80::1]:9000','unix:/run/s'],'protocols':['moa/1'],"
            + "'exports':[{'service':'east/orders:2','serializers':['hessian','json'],'contract':'c0ffee'},"
            + "{'service':'stock'}],'weight':50,'startedAtEpochMillis':1700000000000,'warmUpMillis':30000,"
            + "'labels':{'zone':'north'},'metadata':{'jdk':'17'},'withdrawn':true}";

    @Test
    void theTextOfARecordIsWrittenDownOnceForAll() throws BadEntryException {
        String text =
                GOLDEN.replace('\'', '"').replace("east/orders:2", new ServiceId("orders", "east", "2").toString());
        assertThat(new String(new InstanceRecord(FULL, true).write(AddressRanges.ANY), StandardCharsets.UTF_8))
                .isEqualTo(text);
        assertThat(read("4f1c", text)).isEqualTo(new InstanceRecord(FULL, true));
    }

    @Test
    void aShortRecordHasDefaultsAndUnknownFieldsAreLeftOut() throws BadEntryException {
        InstanceRecord record =
                read("a", "{\"v\":1,\"new\":{\"deep\":[1,{}]},\"uuid\":\"a\",\"application\":\"shop\",\"weight\":100}");
        assertThat(record)
                .isEqualTo(new InstanceRecord(Instance.builder("a", "shop").build(), false));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "null",
                "[]",
                "{",
                "{\"v\":1}",
                "{\"v\":2,\"uuid\":\"a\",\"application\":\"s\"}",
                "{\"uuid\":\"a\",\"application\":\"s\"}",
                "{\"v\":1,\"uuid\":\"b\",\"application\":\"s\"}",
                "{\"v\":1,\"uuid\":\"a\",\"uuid\":\"a\",\"application\":\"s\"}",
                "{\"v\":1,\"uuid\":\"a\",\"application\":\"s\"} more",
                "{\"v\":1,\"uuid\":\"a\",\"application\":\"s\",\"weight\":-1}",
                "{\"v\":1,\"uuid\":\"a\",\"application\":\"s\",\"weight\":1e3}",
                "{\"v\":1,\"uuid\":\"a\",\"application\":\"s\",\"weight\":99999999999999999999999}",
                "{\"v\":1,\"uuid\":\"a\",\"application\":\"s\",\"addresses\":[\"tcp://h:-1\"]}",
                "{\"v\":1,\"uuid\":\"a\",\"application\":\"s\",\"addresses\":[\"tcp://h:0\"]}",
                "{\"v\":1,\"uuid\":\"a\",\"application\":\"s\",\"addresses\":[\"tcp://h:65536\"]}",
                "{\"v\":1,\"uuid\":\"a\",\"application\":\"s\",\"addresses\":[\"tcp://0.0.0.0:1\"]}",
                "{\"v\":1,\"uuid\":\"a\",\"application\":\"s\",\"addresses\":[\"tcp://[::]:1\"]}",
                "{\"v\":1,\"uuid\":\"a\",\"application\":\"s\",\"addresses\":[\"tcp://h\\n:1\"]}",
                "{\"v\":1,\"uuid\":\"a\",\"application\":\"s\",\"addresses\":[\"http://h:1\"]}",
                "{\"v\":1,\"uuid\":\"a\",\"application\":\"s\",\"exports\":[{}]}",
                "{\"v\":1,\"uuid\":\"a\",\"application\":\"s\",\"x\":[[[[[[[[[[1]]]]]]]]]]}"
            })
    void whatNobodyCanUseIsRefused(String text) {
        assertThatThrownBy(() -> read("a", text)).isInstanceOf(BadEntryException.class);
    }

    @Test
    void aRecordOverTheBoundIsNeitherReadNorWritten() {
        String text =
                "{\"v\":1,\"uuid\":\"a\",\"application\":\"s\",\"x\":\"" + "x".repeat(EntryJson.MAX_BYTES) + "\"}";
        assertThatThrownBy(() -> read("a", text)).isInstanceOf(BadEntryException.class);
        Instance long1 = Instance.builder("a", "s")
                .metadata("x", "x".repeat(EntryJson.MAX_BYTES))
                .build();
        assertThatThrownBy(() -> new InstanceRecord(long1, false).write(AddressRanges.ANY))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("16384");
    }

    /** B15: whatever stands there, a reader refuses it with the one exception, or takes it and can write it again. */
    @Test
    void aHundredThousandDamagedEntriesAreRefusedOrUnderstood() {
        Random random = new Random(15);
        byte[] record = new InstanceRecord(FULL, true).write(AddressRanges.ANY);
        byte[] decision = new DecisionRecord(new OperatorState(true, 3, "t"), "a", "ada", 7).write();
        byte[] mark = MarkRecord.write(io.moa.discovery.Liveness.SUSPECT);
        int understood = 0;
        int refused = 0;
        for (int i = 0; i < 100_000; i++) {
            byte[] bytes = damaged(i % 3 == 0 ? decision : i % 31 == 0 ? mark : record, random);
            try {
                if (i % 3 == 0) {
                    DecisionRecord.check(DecisionRecord.read(bytes).state());
                } else if (i % 31 == 0) {
                    MarkRecord.read(bytes);
                } else {
                    InstanceRecord read = InstanceRecord.read("4f1c", bytes, AddressRanges.ANY);
                    if (!InstanceRecord.read("4f1c", read.write(AddressRanges.ANY), AddressRanges.ANY)
                            .equals(read)) {
                        throw new AssertionError("it is another when it is written and read again: " + read);
                    }
                }
                understood++;
            } catch (BadEntryException e) {
                refused++;
            }
        }
        // Each is one of the two, and the damage is neither nothing nor everything.
        assertThat(understood + refused).isEqualTo(100_000);
        assertThat(understood).isBetween(100, 99_000);
    }

    private static byte[] damaged(byte[] good, Random random) {
        byte[] bytes = good.clone();
        for (int n = random.nextInt(4); n >= 0; n--) {
            int at = random.nextInt(bytes.length);
            switch (random.nextInt(4)) {
                case 0 -> bytes[at] = (byte) random.nextInt(256);
                case 1 -> bytes[at] = (byte) "{}[]\",:0-9\\u".charAt(random.nextInt(12));
                case 2 -> bytes = java.util.Arrays.copyOf(bytes, Math.max(1, at));
                default -> {
                    int length = Math.min(random.nextInt(20), bytes.length - at);
                    System.arraycopy(bytes, random.nextInt(bytes.length - length + 1), bytes, at, length);
                }
            }
        }
        return bytes;
    }

    private static InstanceRecord read(String uuid, String text) throws BadEntryException {
        return InstanceRecord.read(uuid, text.getBytes(StandardCharsets.UTF_8), AddressRanges.ANY);
    }
}
