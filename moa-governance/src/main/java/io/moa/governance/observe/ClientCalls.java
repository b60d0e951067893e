package io.moa.governance.observe;

import io.moa.discovery.Instance;
import io.moa.discovery.ServiceId;
import io.moa.internal.UntrustedText;
import io.moa.invoke.Invocation;
import io.moa.invoke.MethodId;
import io.moa.observe.BreakerState;
import io.moa.observe.CallEnd;
import io.moa.observe.CallObserver;
import io.moa.observe.FollowedFigures;
import io.moa.observe.MethodObserver;
import io.moa.observe.RefusalCause;
import io.moa.operations.BreakerReport;
import io.moa.operations.FollowedReport;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Consumer;
import java.util.stream.Stream;

/** What one client of a process sees. Safe for many threads. */
final class ClientCalls implements CallObserver {

    private static final int MOST_CHARS = 300;
    private static final int MOST_CHARS_OF_A_REASON = 500;

    /** A method that has a breaker of its own. */
    private record Broken(ServiceId service, MethodId method) {}

    private final RecentCalls recent;
    private final Consumer<ClientCalls> whenClosed;
    private final Map<Broken, BreakerState> breakers = new ConcurrentHashMap<>(); // that are not closed
    private final Map<ServiceId, FollowedFigures> followed = new ConcurrentHashMap<>();
    private final Map<ServiceId, String> ejections = new ConcurrentHashMap<>(); // the latest of each that is followed

    ClientCalls(RecentCalls recent, Consumer<ClientCalls> whenClosed) {
        this.recent = recent;
        this.whenClosed = whenClosed;
    }

    Stream<BreakerReport> breakers() {
        return breakers.entrySet().stream()
                .map(each -> new BreakerReport(
                        UntrustedText.cut(each.getKey().service().toString(), MOST_CHARS),
                        UntrustedText.cut(each.getKey().method().toString(), MOST_CHARS),
                        each.getValue().name()));
    }

    Stream<FollowedReport> followed() {
        return followed.entrySet().stream().map(each -> report(each.getKey(), each.getValue()));
    }

    private FollowedReport report(ServiceId service, FollowedFigures figures) {
        int ejected = figures.ejected();
        return new FollowedReport(
                UntrustedText.cut(service.toString(), MOST_CHARS),
                figures.instances(),
                figures.usable(),
                ejected,
                figures.ageNanos(),
                ejected == 0 ? "" : ejections.getOrDefault(service, ""));
    }

    @Override
    public MethodObserver of(ServiceId service, MethodId method) {
        return new Method(recent.of(service, method), new Broken(service, method));
    }

    @Override
    public MethodObserver ofUnknown() {
        return recent.ofUnknown();
    }

    @Override
    public void follows(ServiceId service, FollowedFigures figures) {
        if (followed.size() < ProcessCalls.NAMES) {
            followed.put(service, figures);
        }
    }

    @Override
    public void letGo(ServiceId service) {
        followed.remove(service);
        ejections.remove(service);
        breakers.keySet().removeIf(each -> each.service().equals(service));
    }

    @Override
    public void ejected(ServiceId service, Instance instance, String why) {
        if (followed.containsKey(service)) {
            ejections.put(service, UntrustedText.cut(instance + ": " + why, MOST_CHARS_OF_A_REASON));
        }
    }

    @Override
    public void close() {
        whenClosed.accept(this);
    }

    /** One method, with the state of its breaker. */
    private final class Method implements MethodObserver {
        private final MethodObserver counting;
        private final Broken named;

        Method(MethodObserver counting, Broken named) {
            this.counting = counting;
            this.named = named;
        }

        @Override
        public CallEnd began(Invocation call) {
            return counting.began(call);
        }

        @Override
        public void refused(Invocation call, RefusalCause cause) {
            counting.refused(call, cause);
        }

        @Override
        public void breaker(BreakerState state) {
            if (state == BreakerState.CLOSED) {
                breakers.remove(named);
            } else if (breakers.size() < ProcessCalls.NAMES || breakers.containsKey(named)) {
                breakers.put(named, state);
            }
        }
    }
}
