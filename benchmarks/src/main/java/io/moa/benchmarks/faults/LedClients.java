package io.moa.benchmarks.faults;

import io.moa.Moa;
import io.moa.client.MoaClient;
import io.moa.client.disk.DiskConfig;
import io.moa.registry.redis.RedisConfig;
import io.moa.registry.redis.RedisRegistry;
import io.moa.registry.redis.RedisRules;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;

/**
 * Clients in one process that follow live rules, each with its own registry, rules and connections, and see who answers them; they share
 * two event loops. Arguments: how many, and how many calls each makes a second, every second one of the method that rules lead. A
 * change is judged by three orders:
 *
 * <ul>
 *   <li>{@code expect UUID}, given just before the change is written, answers {@code expecting}: from now on the calls should come to
 *       arrive at that server.
 *   <li>{@code ruled TEXT} waits until what each client says of its policies holds the text, and answers {@code ruled millis=…}, since
 *       {@code expect}; -1 if that does not come.
 *   <li>{@code arrived} answers {@code arrived never=… worst=… sum=… unled=…}: how many clients have led calls that do not arrive where
 *       expected; of the others, after how many milliseconds since {@code expect} the first call had arrived after which none went
 *       astray, at worst and summed; and whom calls reached of which no rule speaks.
 * </ul>
 *
 * <p>{@code turn} answers {@code seen sent=… failed=…}, since the last one.
 */
public final class LedClients {

    private static final long PATIENCE_NANOS = TimeUnit.SECONDS.toNanos(10);
    private static final long LOOK_MILLIS = 20; // what looks all the time holds up what it looks at
    private static final int ENOUGH = 8; // so many in a row are no chance

    private final List<Member> members = new ArrayList<>();
    private final Set<String> unled = ConcurrentHashMap.newKeySet(); // who answered since the last expectation
    private final PacedCalls calls = new PacedCalls();
    private long expectedAt;

    /** One client, and since when its led calls arrive where they should. */
    private static final class Member {
        private final MoaClient client;
        private final Counted counted;
        // Guarded by this.
        private String expected = "";
        private int inARow; // led calls that arrived where expected
        private long arrivesSince;

        Member(Moa parts) {
            RedisConfig redis = RedisConfig.parse(System.getenv(Scene.REGISTRY));
            Moa moa = Moa.builder("led")
                    .transport(parts.transport())
                    .scheduler(parts.scheduler())
                    .registry(RedisRegistry.open(redis))
                    .rules(RedisRules.open(redis))
                    .build();
            this.client = MoaClient.builder(moa).disk(DiskConfig.OFF).build();
            this.counted = client.stub(Counted.class);
        }

        synchronized void expect(String uuid) {
            expected = uuid;
            inARow = 0;
        }

        synchronized void answered(String uuid) {
            if (!uuid.equals(expected)) {
                inARow = 0;
            } else if (inARow++ == 0) {
                arrivesSince = System.nanoTime();
            }
        }

        /** In milliseconds after a moment; -1 if calls do not arrive where they should. */
        synchronized long arrivedAfter(long moment) {
            return inARow >= ENOUGH ? TimeUnit.NANOSECONDS.toMillis(arrivesSince - moment) : -1;
        }
    }

    private LedClients() {}

    /** Runs it. */
    public static void main(String[] args) throws Exception {
        int number = Integer.parseInt(args[0]);
        int rate = Integer.parseInt(args[1]);
        LedClients clients = new LedClients();
        // Two event loops for all, or threads would be measured; all else is each client's own.
        Moa parts = Moa.builder("led").eventLoops(2).build();
        for (int i = 0; i < number; i++) {
            Member member = new Member(parts);
            member.counted.led().get(30, TimeUnit.SECONDS); // before the schedule, so that starting is not measured
            member.client.describe(member.counted); // the first look would load code when a change comes
            clients.members.add(member);
        }
        clients.calls.begin(rate * number, new Runnable() {
            private int next;

            @Override
            public void run() {
                Member member = clients.members.get(next % number);
                clients.call(member, next / number % 2 == 0);
                next = (next + 1) % (2 * number);
            }
        });
        clients.calls.turn();
        clients.calls.takeOrders(clients::answer);
    }

    private String answer(String order) throws InterruptedException {
        int blank = order.indexOf(' ');
        String rest = order.substring(blank + 1);
        return switch (blank < 0 ? order : order.substring(0, blank)) {
            case "expect" -> {
                expectedAt = System.nanoTime();
                members.forEach(member -> member.expect(rest));
                unled.clear();
                yield "expecting";
            }
            case "ruled" -> "ruled millis=" + saySince(rest, expectedAt);
            case "arrived" -> "arrived " + arrivedAfter(expectedAt);
            default -> "seen " + calls.turn();
        };
    }

    private void call(Member member, boolean led) {
        calls.make(led ? member.counted::led : member.counted::unled, uuid -> {
            if (led) {
                member.answered(uuid);
            } else {
                unled.add(uuid);
            }
        });
    }

    /** Waits until all say so of their policies; how many milliseconds after a moment, or -1 if they do not. */
    private long saySince(String text, long moment) throws InterruptedException {
        long deadline = System.nanoTime() + PATIENCE_NANOS;
        for (Member member : members) {
            while (!member.client.describe(member.counted).contains(text)) {
                if (System.nanoTime() - deadline > 0) {
                    return -1;
                }
                TimeUnit.MILLISECONDS.sleep(LOOK_MILLIS);
            }
        }
        return TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - moment);
    }

    private String arrivedAfter(long moment) {
        int never = 0;
        long worst = 0;
        long sum = 0;
        for (Member member : members) {
            long millis = member.arrivedAfter(moment);
            if (millis < 0) {
                never++;
            } else {
                worst = Math.max(worst, millis);
                sum += millis;
            }
        }
        return "never=" + never + " worst=" + worst + " sum=" + sum + " unled=" + String.join(",", unled);
    }
}
