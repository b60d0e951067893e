package io.moa.fuzz;

import static io.moa.fuzz.SeedFiles.bytes;

import com.google.protobuf.ListValue;
import com.google.protobuf.Struct;
import com.google.protobuf.Timestamp;
import com.google.protobuf.Value;
import io.moa.protocol.serialize.SerializationException;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufUtil;
import io.netty.buffer.Unpooled;
import java.math.BigDecimal;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.time.LocalDate;
import java.util.EnumSet;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/** Bodies of the sample service that are as they should be, and some that are known to do harm elsewhere. */
final class BodySeeds {

    private static final String HESSIAN = "io.moa.fuzz.HessianFuzzTest";
    private static final String JSON = "io.moa.fuzz.JsonFuzzTest";
    private static final String PROTOBUF = "io.moa.fuzz.ProtobufFuzzTest";

    /** Arguments and results in the order of the methods' names, as {@link Bodies} numbers them. */
    private static final int BYTES = 0;

    private static final int NODE = 1;
    private static final int NOTE = 2;
    private static final int NOTHING = 3;
    private static final int ORDER = 4;
    private static final int USERS = 5;
    private static final int VALUES = 6;
    private static final int METHODS = 7;

    private BodySeeds() {}

    static void write() {
        hessian();
        json();
        protobuf();
    }

    private static Map<String, Object[]> samples() {
        Map<String, Object[]> samples = new LinkedHashMap<>();
        samples.put("bytes", sample(BYTES, new Object[] {new byte[] {1, 2, 3}}));
        samples.put("node", sample(NODE, new Object[] {tree()}));
        samples.put("note", sample(NOTE, new Object[] {"a note, ü and 😀"}));
        samples.put("nothing", sample(NOTHING, new Object[0]));
        samples.put(
                "users",
                sample(USERS, new Object[] {new Depot.Query("text", Optional.of(LocalDate.EPOCH), 3), 70_000L}));
        samples.put("values", sample(VALUES, new Object[] {
            EnumSet.of(Depot.Colour.RED, Depot.Colour.GREEN), new BigDecimal("1.50"), Instant.EPOCH, new Depot.Car(2)
        }));
        samples.put("page", sample(METHODS + USERS, new Depot.Page<>(List.of(user(1), user(2)), "next")));
        samples.put("an-order", sample(METHODS + ORDER, order()));
        samples.put("any", sample(METHODS + VALUES, List.of(1, 2L, "x", 1.5)));
        return samples;
    }

    private static Object[] sample(int codec, Object value) {
        return new Object[] {codec, value};
    }

    private static void hessian() {
        Bodies bodies = new Bodies(Depot.class, "hessian");
        samples().forEach((name, sample) -> write(HESSIAN, "hessian", name, bodies, sample));
        write(HESSIAN, "hessian", "orders", bodies, sample(ORDER, new Object[] {
            Map.of("a", List.of(order())), new Depot.Circle(1), Map.of("k", 1), Depot.Colour.values()
        }));
        Depot.Node circle = new Depot.Node();
        circle.next = circle;
        circle.children = List.of(circle);
        write(HESSIAN, "hessian", "circle", bodies, sample(METHODS + NODE, circle));
        int number = 0;
        for (String hostile : List.of(
                "430178497fffffff",
                "5604" + hex("[int") + "497fffffff",
                "5607" + hex("[string") + "497fffffff",
                "5607" + hex("[object") + "4940000000",
                "58497fffffff",
                "57".repeat(300),
                "48".repeat(300))) {
            SeedFiles.write(
                    HESSIAN,
                    "hessian",
                    "hostile-" + ++number,
                    bytes(METHODS + VALUES),
                    HexFormat.of().parseHex(hostile));
        }
    }

    private static String hex(String text) {
        return HexFormat.of().formatHex(text.getBytes(StandardCharsets.US_ASCII));
    }

    private static void json() {
        Bodies bodies = new Bodies(Depot.class, "json");
        samples().forEach((name, sample) -> write(JSON, "json", name, bodies, sample));
        for (String text : List.of(
                "[".repeat(40),
                "{\"a\":".repeat(40),
                "{\"a\":1,\"a\":2}",
                "{\"@class\":\"java.lang.ProcessBuilder\",\"command\":[\"id\"]}",
                "9".repeat(120),
                "1e999999999",
                "\"\\ud800\\u0000\"")) {
            String name = "text-" + Integer.toHexString(text.hashCode());
            SeedFiles.write(JSON, "json", name, bytes(METHODS + VALUES), text.getBytes(StandardCharsets.UTF_8));
        }
    }

    private static void write(String test, String target, String name, Bodies bodies, Object[] sample) {
        int codec = (int) sample[0];
        SeedFiles.write(test, target, name, bytes(codec), encoded(bodies, codec, sample[1]));
    }

    private static byte[] encoded(Bodies bodies, int codec, @Nullable Object value) {
        ByteBuf out = Unpooled.buffer();
        try {
            bodies.codec(codec).encode(value, out);
        } catch (SerializationException e) {
            throw new IllegalStateException("codec " + codec, e);
        }
        return ByteBufUtil.getBytes(out);
    }

    private static void protobuf() {
        Value list = Value.newBuilder()
                .setListValue(ListValue.newBuilder()
                        .addValues(Value.newBuilder().setNumberValue(1.5))
                        .addValues(Value.newBuilder().setBoolValue(true)))
                .build();
        Struct struct = Struct.newBuilder()
                .putFields("name", Value.newBuilder().setStringValue("Zoë").build())
                .putFields("list", list)
                .build();
        SeedFiles.write(PROTOBUF, "protobuf", "struct", bytes(0), struct.toByteArray());
        SeedFiles.write(PROTOBUF, "protobuf", "value", bytes(1), list.toByteArray());
        SeedFiles.write(
                PROTOBUF,
                "protobuf",
                "timestamp",
                bytes(2),
                Timestamp.newBuilder().setSeconds(-1).setNanos(5).build().toByteArray());
        SeedFiles.write(PROTOBUF, "protobuf", "groups", bytes(0), HexFormat.of().parseHex("13".repeat(100)));
        SeedFiles.write(
                PROTOBUF, "protobuf", "unknown-group", bytes(2), HexFormat.of().parseHex("53080154"));
    }

    private static Depot.Node tree() {
        Depot.Node leaf = new Depot.Node();
        leaf.name = "leaf";
        Depot.Node root = new Depot.Node();
        root.next = leaf;
        root.children = List.of(leaf);
        return root;
    }

    private static Depot.User user(long id) {
        return new Depot.User(id, "Zoë", Depot.Colour.GREEN, List.of(1, 70_000));
    }

    private static Depot.Order order() {
        Depot.Order order = new Depot.Order();
        order.id = new UUID(1, 2);
        order.total = new BigDecimal("12.50");
        order.small = -3;
        order.letter = 'ü';
        order.ratio = 0.1f;
        order.exact = -0.0;
        order.any = 1.5;
        order.ints = new int[] {0, -1, 47, 2048, 262_144, Integer.MIN_VALUE};
        order.grid = new String[][] {{"a"}, {}};
        order.users = List.of(user(3));
        order.counts = Map.of(Depot.Colour.BLUE, 5L);
        order.sorted = new TreeMap<>(Map.of("k", Duration.ofSeconds(90)));
        return order;
    }
}
