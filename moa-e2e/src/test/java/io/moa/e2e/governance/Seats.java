package io.moa.e2e.governance;

import io.moa.Moa;
import io.moa.agent.AgentConfig;
import io.moa.agent.AgentProcess;
import io.moa.client.MoaClient;
import io.moa.discovery.Address;
import io.moa.invoke.Seat;
import java.util.Locale;
import java.util.function.UnaryOperator;

/** In which seat the calls of this run of the suite are governed: the system property {@code moa.test.seat}. */
final class Seats {

    static final String TOKEN = "of this test";

    private static final ThreadLocal<Boolean> GOVERNING = ThreadLocal.withInitial(() -> ofThisRun() == Seat.DIRECT);

    private Seats() {}

    /** Whether the client whose builder is being filled is the one that governs, so that it alone is to be observed. */
    static boolean isGoverning() {
        return GOVERNING.get();
    }

    static Seat ofThisRun() {
        return Seat.valueOf(System.getProperty("moa.test.seat", "direct").toUpperCase(Locale.ROOT));
    }

    /** An agent for a process, which calls as that process would. */
    static AgentProcess agent(Moa moa, Seat seat, UnaryOperator<MoaClient.Builder> more) {
        return AgentProcess.start(
                AgentConfig.at(moa.self().application(), new Address.Tcp("127.0.0.1", 0), TOKEN),
                moa.registry(),
                moa.rules(),
                runtime -> runtime.eventLoops(1).ticker(moa.ticker()).chance(moa.chance()),
                builder -> {
                    GOVERNING.set(true);
                    try {
                        return more.apply(builder);
                    } finally {
                        GOVERNING.set(false);
                    }
                });
    }
}
