package io.moa.fuzz;

import java.math.BigDecimal;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Answers with parts of what it was asked, and counts. One thread at a time. */
public final class CountingDepot implements Depot {

    private long executions;

    public long executions() {
        return executions;
    }

    @Override
    public Page<User> users(Query query, long from) {
        executions++;
        return new Page<>(List.of(new User(from, query == null ? null : query.text(), Colour.GREEN, List.of(1))), null);
    }

    @Override
    public Order order(Map<String, List<Order>> orders, Shape shape, Object any, Colour[] colours) {
        executions++;
        Order order = new Order();
        order.any = any;
        return order;
    }

    @Override
    public Node node(Node node) {
        executions++;
        return node;
    }

    @Override
    public Collection<Object> values(Set<Colour> colours, BigDecimal price, Instant when, @Nullable Vehicle vehicle) {
        executions++;
        Collection<Object> values = new ArrayList<>();
        values.add(price);
        values.add(when);
        return values;
    }

    @Override
    public byte[] bytes(byte[] body) {
        executions++;
        return body;
    }

    @Override
    public String nothing() {
        executions++;
        throw new IllegalStateException("nothing is what there is");
    }

    @Override
    public void note(String text) {
        executions++;
    }
}
