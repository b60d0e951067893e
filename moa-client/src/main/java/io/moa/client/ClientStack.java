package io.moa.client;

import io.moa.client.cluster.ClusterInvoker;
import io.moa.client.filter.DeadlineFilter;
import io.moa.client.filter.FaultFilter;
import io.moa.client.filter.HedgeFilter;
import io.moa.client.filter.RetryFilter;
import io.moa.client.filter.SampleFilter;
import io.moa.client.filter.ThrottleFilter;
import io.moa.client.mesh.Mesh;
import io.moa.governance.gate.GateFilter;
import io.moa.governance.gate.MethodGate;
import io.moa.governance.observe.ObserverFilter;
import io.moa.invoke.Backstop;
import io.moa.invoke.Filter;
import io.moa.invoke.Invoker;
import io.moa.invoke.Scheduler;
import io.moa.invoke.Ticker;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The route of a call through a client, from the stub to the connection. This is all of it: nothing is found on the class
 * path, and nothing is put between.
 */
final class ClientStack {

    private ClientStack() {}

    static Invoker route(
            Ticker ticker,
            Scheduler scheduler,
            @Nullable ObserverFilter observer,
            List<Filter> users,
            @Nullable SampleFilter samples,
            Mesh mesh,
            ThrottleFilter throttle,
            HedgeFilter hedges,
            FaultFilter faults,
            ClusterInvoker cluster) {
        List<Filter> stops = new ArrayList<>();
        stops.add(Backstop.INSTANCE); // outermost, so that whatever breaks below still becomes a reply
        if (observer != null) {
            stops.add(observer); // above users' filters: a call is told of as its caller sees it
        }
        stops.addAll(users); // above retry, so that users' filters see a call once, however often it is sent
        if (samples != null) {
            stops.add(samples); // below users' filters, as rules see what those made; above the gates, as rules are
        }
        stops.add(new DeadlineFilter(ticker)); // below users' filters: time that they spent counts
        stops.add(mesh); // above the gates: all that follows is done by an agent instead, while there is one
        // Above retry: a call counts once.
        stops.add(new GateFilter(call -> call.attributes().get(MethodGate.KEY), scheduler, ticker));
        stops.add(throttle); // below the gates, which refuse without asking anybody; above retry: a call counts once
        stops.add(new RetryFilter(ticker)); // above the pick, so that every attempt may go to another instance
        stops.add(hedges); // below retry: a failure is resent only when no attempt is left
        stops.add(faults); // below both, as each attempt meets real ones; above the pick: nobody is ejected for them
        return Filter.stack(stops, cluster); // last: plan, route, copies, one pick or several, lease, connection
    }
}
