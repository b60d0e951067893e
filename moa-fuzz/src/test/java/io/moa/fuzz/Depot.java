package io.moa.fuzz;

import io.moa.annotation.MoaService;
import io.moa.annotation.NonBlocking;
import io.moa.annotation.OneWay;
import io.moa.annotation.SubTypes;
import java.math.BigDecimal;
import java.time.Duration;
import java.time.Instant;
import java.time.LocalDate;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/** A service whose signatures have types of every kind, for targets that read bodies. */
@MoaService
@NonBlocking
@SubTypes(Depot.Circle.class)
public interface Depot {

    Page<User> users(Query query, long from);

    Order order(Map<String, List<Order>> orders, Shape shape, Object any, Colour[] colours);

    Node node(Node node);

    Collection<Object> values(Set<Colour> colours, BigDecimal price, Instant when, @Nullable Vehicle vehicle);

    byte[] bytes(byte[] body);

    String nothing();

    @OneWay
    void note(String text);

    record Page<T>(List<T> items, @Nullable String next) {}

    record Query(@Nullable String text, Optional<LocalDate> since, int limit) {}

    record User(
            long id,
            @Nullable String name,
            @Nullable Colour colour,
            @Nullable List<Integer> rights) {}

    interface Shape {}

    record Circle(double radius) implements Shape {}

    sealed interface Vehicle permits Car, Bike {}

    record Car(int doors) implements Vehicle {}

    record Bike(boolean bell) implements Vehicle {}

    enum Colour {
        RED,
        GREEN {
            @Override
            public boolean nice() {
                return true;
            }
        },
        BLUE;

        public boolean nice() {
            return false;
        }
    }

    /** A class with fields of every kind. */
    class Order {
        public @Nullable UUID id;
        public @Nullable BigDecimal total;
        public short small;
        public byte tiny;
        public char letter;
        public float ratio;
        public double exact;
        public boolean paid;
        public @Nullable Integer maybe;
        public @Nullable Object any;
        public int @Nullable [] ints;
        public String @Nullable [][] grid;
        public @Nullable List<User> users = new ArrayList<>();
        public @Nullable Map<Colour, Long> counts = new HashMap<>();
        public @Nullable TreeMap<String, Duration> sorted;
    }

    /** May stand in a circle. */
    class Node {
        public String name = "";
        public @Nullable Node next;
        public @Nullable List<Node> children = new ArrayList<>();
    }
}
