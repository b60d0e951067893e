package io.moa.server;

import io.moa.governance.gate.GateFilter;
import io.moa.governance.observe.ObserverFilter;
import io.moa.invoke.Backstop;
import io.moa.invoke.Filter;
import io.moa.invoke.Invoker;
import io.moa.invoke.Scheduler;
import io.moa.invoke.Ticker;
import io.moa.server.dispatch.Dispatcher;
import io.moa.server.dispatch.ExportedMethod;
import io.moa.server.filter.DedupFilter;
import io.moa.server.filter.ExpiryFilter;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The route of a call through a server, from the frame that was read to the implementation. This is all of it: nothing is
 * found on the class path, and nothing is put between.
 */
final class ServerStack {

    private ServerStack() {}

    static Invoker route(
            Ticker ticker,
            Scheduler scheduler,
            @Nullable ObserverFilter observer,
            DedupFilter dedup,
            List<Filter> users,
            Dispatcher dispatcher) {
        List<Filter> stops = new ArrayList<>();
        stops.add(Backstop.INSTANCE); // outermost, so that whatever breaks below still becomes a reply
        if (observer != null) {
            stops.add(observer); // before all that refuses: what is refused is told of, too
        }
        stops.add(new ExpiryFilter(ticker)); // before everything: nothing may be spent on a call that is over
        stops.add(dedup); // before the gate: a repetition that only waits takes no room
        // Before decoding: a refusal, or a wait, must cost next to nothing.
        stops.add(new GateFilter(ExportedMethod::gateOf, scheduler, ticker));
        stops.addAll(users); // after MOA's own checks: users' filters see only calls that may run
        return Filter.stack(stops, dispatcher); // last: worker, decode, execute, encode
    }

    /** The route of calls that come from the server's agent: they have passed the gates there. */
    static Invoker behindAgent(
            Ticker ticker,
            @Nullable ObserverFilter observer,
            DedupFilter dedup,
            List<Filter> users,
            Dispatcher dispatcher) {
        List<Filter> stops = new ArrayList<>();
        stops.add(Backstop.INSTANCE);
        if (observer != null) {
            stops.add(observer);
        }
        stops.add(new ExpiryFilter(ticker)); // it may be over since then
        stops.add(dedup); // the same as at the other doors: a repetition may come by either way
        stops.addAll(users);
        return Filter.stack(stops, dispatcher);
    }
}
