package io.moa.governance.observe;

import io.moa.discovery.Instance;
import io.moa.discovery.ServiceId;
import io.moa.invoke.Invocation;
import io.moa.invoke.MethodId;
import io.moa.invoke.Reply;
import io.moa.observe.AttemptKind;
import io.moa.observe.BreakerState;
import io.moa.observe.CallEnd;
import io.moa.observe.CallObserver;
import io.moa.observe.FollowedFigures;
import io.moa.observe.MeshFigures;
import io.moa.observe.MethodObserver;
import io.moa.observe.RefusalCause;
import io.moa.observe.ServerFigures;
import java.util.List;

/** Several observers, told one after the other. As safe for threads as they are. */
final class EachObserver implements CallObserver {

    private final List<CallObserver> all;

    EachObserver(List<CallObserver> all) {
        this.all = List.copyOf(all);
    }

    @Override
    public MethodObserver of(ServiceId service, MethodId method) {
        return new EachMethod(all.stream().map(each -> each.of(service, method)).toArray(MethodObserver[]::new));
    }

    @Override
    public MethodObserver ofUnknown() {
        return new EachMethod(all.stream().map(CallObserver::ofUnknown).toArray(MethodObserver[]::new));
    }

    @Override
    public void follows(ServiceId service, FollowedFigures figures) {
        all.forEach(each -> each.follows(service, figures));
    }

    @Override
    public void letGo(ServiceId service) {
        all.forEach(each -> each.letGo(service));
    }

    @Override
    public void ejected(ServiceId service, Instance instance, String why) {
        all.forEach(each -> each.ejected(service, instance, why));
    }

    @Override
    public void released(ServiceId service, Instance instance) {
        all.forEach(each -> each.released(service, instance));
    }

    @Override
    public void serves(ServerFigures figures) {
        all.forEach(each -> each.serves(figures));
    }

    @Override
    public void meshed(MeshFigures figures) {
        all.forEach(each -> each.meshed(figures));
    }

    @Override
    public void close() {
        all.forEach(CallObserver::close);
    }

    private static final class EachMethod implements MethodObserver {
        private final MethodObserver[] all;

        EachMethod(MethodObserver[] all) {
            this.all = all;
        }

        @Override
        public CallEnd began(Invocation call) {
            CallEnd[] ends = new CallEnd[all.length];
            for (int i = 0; i < all.length; i++) {
                ends[i] = all[i].began(call);
            }
            return (ended, reply, tookNanos) -> {
                for (CallEnd each : ends) {
                    each.ended(ended, reply, tookNanos);
                }
            };
        }

        @Override
        public void attempted(Invocation attempt, Instance to, AttemptKind kind, Reply reply, long tookNanos) {
            for (MethodObserver each : all) {
                each.attempted(attempt, to, kind, reply, tookNanos);
            }
        }

        @Override
        public void refused(Invocation call, RefusalCause cause) {
            for (MethodObserver each : all) {
                each.refused(call, cause);
            }
        }

        @Override
        public void breaker(BreakerState state) {
            for (MethodObserver each : all) {
                each.breaker(state);
            }
        }
    }
}
