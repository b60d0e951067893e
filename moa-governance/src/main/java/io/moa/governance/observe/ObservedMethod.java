package io.moa.governance.observe;

import io.moa.discovery.Instance;
import io.moa.governance.gate.BreakerGate;
import io.moa.invoke.Attributes;
import io.moa.invoke.Invocation;
import io.moa.invoke.Reply;
import io.moa.observe.AttemptKind;
import io.moa.observe.BreakerState;
import io.moa.observe.CallEnd;
import io.moa.observe.MethodObserver;
import io.moa.observe.RefusalCause;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * A method whose calls somebody observes, looked up when its stub or export is made. A breaker tells nobody that its state has changed, so it
 * is looked at when a call asks it and when a call has ended, which are the only moments at which it changes. Safe for many threads.
 */
public final class ObservedMethod {

    /** Under this key stubs and exports hand it to the filters. */
    public static final Attributes.Key<ObservedMethod> KEY = new Attributes.Key<>("observed method");

    private static final CallEnd NOBODY = (call, reply, tookNanos) -> {};

    private final MethodObserver observer;
    private final Consumer<Throwable> complaints;
    private volatile @Nullable BreakerGate breaker;
    private volatile @Nullable BreakerState told;

    /**
     * A method.
     *
     * @param complaints takes what the observer throws; the call goes on
     */
    public ObservedMethod(MethodObserver observer, Consumer<Throwable> complaints) {
        this.observer = observer;
        this.complaints = complaints;
    }

    /** Tells of a refused call, if somebody observes its method. */
    public static void refused(Invocation call, RefusalCause cause) {
        ObservedMethod method = call.attributes().get(KEY);
        if (method != null) {
            method.isRefused(call, cause);
        }
    }

    /** A client's attempt has ended. */
    public void attempted(Invocation attempt, Instance to, AttemptKind kind, Reply reply, long tookNanos) {
        try {
            observer.attempted(attempt, to, kind, reply, tookNanos);
        } catch (RuntimeException | Error thrown) {
            complaints.accept(thrown);
        }
    }

    /** It has no breaker any more: the state in which that one was is in nobody's way. */
    public void withoutBreaker() {
        if (breaker != null) {
            breaker = null;
            tell(BreakerState.CLOSED);
        }
    }

    CallEnd began(Invocation call) {
        try {
            return observer.began(call);
        } catch (RuntimeException | Error thrown) {
            complaints.accept(thrown);
            return NOBODY;
        }
    }

    void ended(CallEnd end, Invocation call, Reply reply, long tookNanos) {
        look(); // gates have heard of the end by now
        try {
            end.ended(call, reply, tookNanos);
        } catch (RuntimeException | Error thrown) {
            complaints.accept(thrown);
        }
    }

    void isRefused(Invocation call, RefusalCause cause) {
        try {
            observer.refused(call, cause);
        } catch (RuntimeException | Error thrown) {
            complaints.accept(thrown);
        }
    }

    /** A breaker was asked. */
    void asked(BreakerGate asked) {
        if (breaker != asked) {
            breaker = asked;
        }
        look();
    }

    private void look() {
        BreakerGate now = breaker;
        if (now != null) {
            BreakerState state =
                    switch (now.state()) {
                        case CLOSED -> BreakerState.CLOSED;
                        case OPEN -> BreakerState.OPEN;
                        case HALF_OPEN -> BreakerState.HALF_OPEN;
                    };
            if (state != told) {
                tell(state);
            }
        }
    }

    private synchronized void tell(BreakerState state) {
        if (told != state) {
            told = state;
            try {
                observer.breaker(state);
            } catch (RuntimeException | Error thrown) {
                complaints.accept(thrown);
            }
        }
    }
}
