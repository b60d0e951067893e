package io.moa.governance.observe;

import io.moa.governance.rule.RuleBook;
import io.moa.invoke.Ticker;
import io.moa.observe.CallObserver;
import io.moa.operations.BreakerReport;
import io.moa.operations.CallOrder;
import io.moa.operations.FollowedReport;
import io.moa.operations.ProcessReport;
import io.moa.operations.ServerReport;
import java.util.Comparator;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.stream.Stream;

/**
 * What the clients and servers of one process see of calls, for an operator who asks the process: what {@link RecentCalls} remember, which
 * breakers are not closed, which services are followed, and how busy the servers are.
 *
 * <pre>{@code
 * ProcessCalls calls = new ProcessCalls(moa.ticker());
 * MoaClient client = MoaClient.builder(moa).observer(calls.ofClient()).build();
 * MoaServer server = MoaServer.builder(moa).observer(calls.ofServer()).export(new StockService()).start();
 * MoaServer.builder(operators).host("127.0.0.1").port(9001)
 *         .export(Operations.class, client.operations(calls))
 *         .start();
 * }</pre>
 *
 * <p>Each side remembers {@value RecentCalls#METHODS} methods, and {@value #NAMES} names of whatever else. Safe for many threads.
 */
public final class ProcessCalls {

    /** So many breakers that are not closed, and so many services, are remembered of each client. */
    public static final int NAMES = 1_000;

    private static final int MOST = 100; // of whatever an answer lists

    private static final Comparator<FollowedReport> WORST_FIRST = Comparator.comparing(
                    (FollowedReport each) -> each.usable() > 0)
            .thenComparing(Comparator.comparingInt(FollowedReport::ejected).reversed())
            .thenComparing(Comparator.comparingLong(FollowedReport::ageNanos).reversed())
            .thenComparing(FollowedReport::service);

    private final RecentCalls made;
    private final RecentCalls served;
    private final Set<ClientCalls> clients = ConcurrentHashMap.newKeySet();
    private final Set<ServerCalls> servers = ConcurrentHashMap.newKeySet();

    /**
     * Nothing seen yet.
     *
     * @param ticker of the runtime
     */
    public ProcessCalls(Ticker ticker) {
        this.made = new RecentCalls(ticker);
        this.served = new RecentCalls(ticker);
    }

    /** A new observer for one client, whose calls are counted with those of the others; when it closes, its services are forgotten. */
    public CallObserver ofClient() {
        ClientCalls client = new ClientCalls(made, clients::remove);
        clients.add(client);
        return client;
    }

    /** A new observer for one server, whose calls are counted with those of the others; when it closes, its figures are forgotten. */
    public CallObserver ofServer() {
        ServerCalls server = new ServerCalls(served, servers::remove);
        servers.add(server);
        return server;
    }

    /**
     * What was seen.
     *
     * @param book the rules that the process holds, and who it is
     * @param seconds how many seconds to look back, 1 to 59
     * @param most of how many methods of each side, and of how much of whatever else, to tell at most, 1 to 100
     * @param order which methods come first
     * @throws IllegalArgumentException if one of these is out of range
     */
    public ProcessReport report(RuleBook book, int seconds, int most, CallOrder order) {
        check("seconds to look back", seconds, RecentCalls.SECONDS - 1);
        check("elements of a list at most", most, MOST);
        List<BreakerReport> breakers =
                clients.stream().flatMap(ClientCalls::breakers).toList();
        List<FollowedReport> followed =
                clients.stream().flatMap(ClientCalls::followed).toList();
        Stream<ServerReport> serving = servers.stream().flatMap(each -> each.report(most).stream());
        return new ProcessReport(
                book.process().application(),
                book.process().uuid(),
                made.secondsOver(seconds),
                made.report(seconds, most, order),
                served.report(seconds, most, order),
                breakers.stream()
                        .sorted(Comparator.comparing(BreakerReport::service).thenComparing(BreakerReport::method))
                        .limit(most)
                        .toList(),
                breakers.size(),
                followed.stream().sorted(WORST_FIRST).limit(most).toList(),
                followed.size(),
                serving.limit(most).toList(),
                book.revision() == 0 ? "" : book.version(),
                book.rules().size());
    }

    private static void check(String what, int value, int highest) {
        if (value < 1 || value > highest) {
            throw new IllegalArgumentException("The " + what + " are 1 to " + highest + ", not " + value);
        }
    }
}
