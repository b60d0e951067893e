package io.moa.registry.redis;

import io.moa.discovery.QuotaSource;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;

/** Quotas in Redis: one script for all that a process asks at once. Safe for many threads. */
final class RedisQuotas implements QuotaSource {

    private final RedisLink link;

    RedisQuotas(RedisLink link) {
        this.link = link;
    }

    @Override
    public CompletableFuture<List<Share>> ask(List<Ask> asks) {
        return link.ask(connection -> shares(connection, asks));
    }

    private List<Share> shares(RedisConnection connection, List<Ask> asks) throws IOException {
        List<Object> keys = new ArrayList<>();
        List<Object> arguments = new ArrayList<>();
        for (Ask ask : asks) {
            keys.add(link.keys().quota(ask.quota()));
            arguments.addAll(List.of(ask.member(), ask.perSecond(), ask.wanted(), ask.held(), ask.returned()));
        }
        return read(
                Replies.list(
                        connection.call("EVAL", QuotaScript.CLOCK + QuotaScript.SHARES, keys.size(), keys, arguments)),
                asks.size());
    }

    static List<Share> read(List<@Nullable Object> reply, int wanted) {
        if (reply.size() != 2 * wanted) {
            throw new RedisError("ERR of " + wanted + " quotas, Redis answered " + reply.size() / 2);
        }
        List<Share> shares = new ArrayList<>();
        for (int i = 0; i < reply.size(); i += 2) {
            shares.add(new Share(Replies.number(reply.get(i)), (int) Math.max(1, Replies.number(reply.get(i + 1)))));
        }
        return shares;
    }
}
