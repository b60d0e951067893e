package io.moa.governance.observe;

import io.moa.discovery.Instance;
import io.moa.discovery.ServiceId;
import io.moa.governance.policy.PolicyKey;
import io.moa.invoke.Gate;
import io.moa.invoke.MethodId;
import io.moa.observe.CallObserver;
import io.moa.observe.FollowedFigures;
import io.moa.observe.MeshFigures;
import io.moa.observe.RefusalCause;
import io.moa.observe.ServerFigures;
import java.util.List;
import java.util.function.BiFunction;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** Who observes one client or one server, if anybody does. What an observer throws goes no further than here. Safe for many threads. */
public final class Observation {

    /** Nobody observes. */
    public static final Observation NONE = new Observation(null, thrown -> {});

    private final @Nullable CallObserver observer;
    private final Consumer<Throwable> complaints;

    private Observation(@Nullable CallObserver observer, Consumer<Throwable> complaints) {
        this.observer = observer;
        this.complaints = complaints;
    }

    /**
     * Observation by all of these.
     *
     * @param complaints takes what an observer throws, which may be with each call
     */
    public static Observation by(List<CallObserver> observers, Consumer<Throwable> complaints) {
        return switch (observers.size()) {
            case 0 -> NONE;
            case 1 -> new Observation(observers.get(0), complaints);
            default -> new Observation(new EachObserver(observers), complaints);
        };
    }

    /** Whether nobody observes. */
    public boolean isNone() {
        return observer == null;
    }

    /** A method that is observed; null if nobody does. */
    public @Nullable ObservedMethod of(ServiceId service, MethodId method) {
        if (observer != null) {
            try {
                return new ObservedMethod(observer.of(service, method), complaints);
            } catch (RuntimeException | Error thrown) {
                complaints.accept(thrown);
            }
        }
        return null;
    }

    /** What stands for the methods that are not there; null if nobody observes. */
    public @Nullable ObservedMethod ofUnknown() {
        if (observer != null) {
            try {
                return new ObservedMethod(observer.ofUnknown(), complaints);
            } catch (RuntimeException | Error thrown) {
                complaints.accept(thrown);
            }
        }
        return null;
    }

    /** Makes of the gate that stands for a policy the one that is asked, for {@link io.moa.governance.gate.MethodGate}. */
    public BiFunction<PolicyKey<Integer>, Gate, Gate> gates() {
        return observer == null ? (policy, gate) -> gate : ObservedGate::of;
    }

    /** Makes of a gate the one that is asked. */
    public Gate gate(RefusalCause cause, Gate gate) {
        return observer == null ? gate : ObservedGate.of(cause, gate);
    }

    public void follows(ServiceId service, FollowedFigures figures) {
        tell(each -> each.follows(service, figures));
    }

    public void letGo(ServiceId service) {
        tell(each -> each.letGo(service));
    }

    public void ejected(ServiceId service, Instance instance, String why) {
        tell(each -> each.ejected(service, instance, why));
    }

    public void released(ServiceId service, Instance instance) {
        tell(each -> each.released(service, instance));
    }

    public void serves(ServerFigures figures) {
        tell(each -> each.serves(figures));
    }

    public void meshed(MeshFigures figures) {
        tell(each -> each.meshed(figures));
    }

    public void close() {
        tell(CallObserver::close);
    }

    private void tell(Consumer<CallObserver> what) {
        if (observer != null) {
            try {
                what.accept(observer);
            } catch (RuntimeException | Error thrown) {
                complaints.accept(thrown);
            }
        }
    }
}
