package io.moa.protocol.serialize;

import com.caucho.hessian.io.Hessian2Output;
import io.moa.annotation.SubTypes;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.math.BigDecimal;
import java.time.LocalDate;
import java.time.LocalDateTime;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;

/** A service with types of every kind, and ways to write bodies by hand. */
final class Samples {

    private Samples() {}

    @SubTypes(Circle.class)
    interface Shop {
        CompletableFuture<Page<User>> users(Query query, long from) throws NotFound;

        Order order(Map<String, ? extends List<Order[]>> orders, Shape shape, Object any, Colour... colours);

        Node node(Node node);

        Vehicle vehicle(Vehicle vehicle);
    }

    static class NotFound extends Exception {
        private static final long serialVersionUID = 1L;
    }

    record Page<T>(List<T> items, @Nullable String next) {}

    record Query(@Nullable String text, Optional<LocalDate> since, int limit) {}

    record User(long id, String name, Colour colour, List<Integer> permissions, LocalDateTime created) {}

    interface Shape {}

    record Circle(double radius) implements Shape {}

    record Square(double side) implements Shape {}

    sealed interface Vehicle permits Car, Bike {}

    record Car(int doors) implements Vehicle {}

    record Bike(boolean bell) implements Vehicle {}

    enum Colour {
        RED,
        GREEN {
            @Override
            boolean nice() {
                return true;
            }
        },
        BLUE;

        boolean nice() {
            return false;
        }
    }

    static class Base {
        protected int number = 1;
        private String hidden = "base";

        String baseHidden() {
            return hidden;
        }

        void baseHidden(String value) {
            hidden = value;
        }
    }

    static final class Order extends Base {
        private final UUID id;
        BigDecimal total = new BigDecimal("12.50");
        String hidden = "order";
        short small = -3;
        byte tiny = 7;
        char letter = 'ü';
        float ratio = 0.1f;
        double exact = -0.0;
        boolean paid = true;
        long when = Long.MIN_VALUE;

        @Nullable
        Integer maybe;

        Short boxed = 12;
        Object any = 1.5f;
        int[] ints = {0, -1, 47, 48, 2047, 2048, 262_143, 262_144, Integer.MIN_VALUE, Integer.MAX_VALUE};
        String[][] grid = {{"a", "b"}, {}};
        List<User> users = new ArrayList<>();
        Map<Colour, Long> counts = new HashMap<>();
        transient String notSent = "here";

        /** Without a constructor without arguments. */
        Order(UUID id) {
            this.id = id;
        }

        UUID id() {
            return id;
        }

        @Override
        public boolean equals(@Nullable Object other) {
            return other instanceof Order order && order.id.equals(id);
        }

        @Override
        public int hashCode() {
            return Objects.hash(id);
        }
    }

    static final class Node {
        String name = "";

        @Nullable
        Node next;

        List<Node> children = new ArrayList<>();
    }

    /** Not part of any signature. */
    static final class Stranger {
        String text = "stranger";
    }

    static AllowList shop() {
        return AllowList.ofService(Shop.class);
    }

    static User user() {
        return new User(7, "Zoë", Colour.GREEN, List.of(1, 2, 70_000), LocalDateTime.of(2026, 1, 2, 3, 4, 5, 6));
    }

    /** Encodes and decodes, checks that nothing is left and that the buffer is freed, and gives what came back. */
    static @Nullable Object roundTrip(BodyCodec codec, @Nullable Object value) {
        ByteBuf buffer = Unpooled.directBuffer();
        ByteBuf heap = Unpooled.buffer();
        try {
            codec.encode(value, buffer);
            heap.writeBytes(buffer, buffer.readerIndex(), buffer.readableBytes());
            Object fromDirect = codec.decode(buffer);
            if (buffer.isReadable()) {
                throw new AssertionError("bytes left over");
            }
            codec.decode(heap);
            return fromDirect;
        } finally {
            if (buffer.refCnt() != 1 || heap.refCnt() != 1) {
                throw new AssertionError("a codec neither retains nor releases");
            }
            buffer.release();
            heap.release();
        }
    }

    static byte[] encode(BodyCodec codec, @Nullable Object value) {
        ByteBuf buffer = Unpooled.buffer();
        try {
            codec.encode(value, buffer);
            byte[] bytes = new byte[buffer.readableBytes()];
            buffer.readBytes(bytes);
            return bytes;
        } finally {
            buffer.release();
        }
    }

    static @Nullable Object decode(BodyCodec codec, byte[] bytes) {
        return codec.decode(Unpooled.wrappedBuffer(bytes));
    }

    /** Something that writes Hessian by hand, with the library's own writer. */
    interface Hand {
        void write(Hessian2Output out) throws IOException;
    }

    static byte[] byHand(Hand hand) {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        Hessian2Output out = new Hessian2Output(bytes);
        try {
            hand.write(out);
            out.flush();
        } catch (IOException e) {
            throw new AssertionError(e);
        }
        return bytes.toByteArray();
    }

    /** An object of a class by name, its fields given as name, value, name, value. */
    static void object(Hessian2Output out, String type, Object... fields) throws IOException {
        if (out.writeObjectBegin(type) == -1) {
            out.writeClassFieldLength(fields.length / 2);
            for (int i = 0; i < fields.length; i += 2) {
                out.writeString((String) fields[i]);
            }
            out.writeObjectBegin(type);
        }
        for (int i = 1; i < fields.length; i += 2) {
            if (fields[i] instanceof Hand hand) {
                hand.write(out);
            } else {
                out.writeObject(fields[i]);
            }
        }
    }

    static Hand hand(Hand hand) {
        return hand;
    }
}
