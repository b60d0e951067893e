package io.moa.micrometer;

import io.micrometer.core.instrument.Meter;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Tags;
import io.moa.discovery.Instance;
import io.moa.discovery.ServiceId;
import io.moa.internal.UntrustedText;
import io.moa.invoke.MethodId;
import io.moa.observe.CallObserver;
import io.moa.observe.FollowedFigures;
import io.moa.observe.MeshFigures;
import io.moa.observe.MethodObserver;
import io.moa.observe.ServerFigures;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.IntFunction;
import org.jspecify.annotations.Nullable;

/** The meters of one client or one server, as many as {@link MeterLimits} says. Safe for many threads. */
final class SideMeters implements CallObserver {

    /** What stands for all names beyond a limit. */
    static final String OTHER = "other";

    private static final int MOST_CHARS = 200; // a longer name is cut: it is read by people

    /** Whose series it is: a service and the name of a method. */
    record Named(ServiceId service, String method) {}

    private final MeterRegistry registry;
    private final String prefix;
    private final Tags tags;
    private final MeterLimits limits;
    private final boolean byCaller;
    private final MethodSeries other;
    private final Map<Named, MethodSeries> methods = new ConcurrentHashMap<>(); // written under this
    private final Set<String> callers = ConcurrentHashMap.newKeySet(); // written under callers
    private volatile int pairs; // written under callers

    // Guarded by this.
    private final Map<ServiceId, ServiceMeters> followed = new HashMap<>();
    private @Nullable ServerMeters server;
    private @Nullable MeshMeters mesh;
    private boolean closed;

    SideMeters(MeterRegistry registry, String prefix, Tags tags, MeterLimits limits, boolean byCaller) {
        this.registry = registry;
        this.prefix = prefix;
        this.tags = tags;
        this.limits = limits;
        this.byCaller = byCaller;
        this.other = new MethodSeries(this, OTHER, OTHER);
    }

    /** A name that others chose, as the value of a tag. */
    static String tagValue(String name) {
        return UntrustedText.shown(name, MOST_CHARS);
    }

    MeterRegistry registry() {
        return registry;
    }

    Tags tags() {
        return tags;
    }

    String name(String last) {
        return prefix + "." + last;
    }

    boolean isByCaller() {
        return byCaller;
    }

    <M extends Meter> LazyMeters<M> lazy(int count, IntFunction<M> maker) {
        return new LazyMeters<>(registry, count, maker);
    }

    /** What stands for all methods beyond the limit. */
    MethodSeries other() {
        return other;
    }

    /** The series of a method, made now if there is room. */
    MethodSeries of(Named named) {
        MethodSeries known = methods.get(named);
        if (known != null) {
            return known;
        }
        return methods.size() >= limits.methods() ? other : claim(named);
    }

    private synchronized MethodSeries claim(Named named) {
        MethodSeries known = methods.get(named);
        if (known != null) {
            return known;
        }
        if (closed || methods.size() >= limits.methods()) {
            return other;
        }
        MethodSeries series = new MethodSeries(this, named.service().toString(), named.method());
        methods.put(named, series);
        return series;
    }

    /** Whether a caller would get a series in one more method; costs no lock, as the many who do not are asked with each call. */
    boolean mayAdmit(String caller) {
        return pairs < limits.pairs() && (callers.contains(caller) || callers.size() < limits.callers());
    }

    /** Whether it gets one; then it is counted. */
    @SuppressWarnings("NonAtomicVolatileUpdate") // all writers hold the lock
    boolean admit(String caller) {
        synchronized (callers) {
            if (!mayAdmit(caller)) {
                return false;
            }
            callers.add(caller);
            pairs++;
            return true;
        }
    }

    /** So many series of callers were removed. */
    @SuppressWarnings("NonAtomicVolatileUpdate") // all writers hold the lock
    void dismiss(int count) {
        synchronized (callers) {
            pairs -= count;
        }
    }

    @Override
    public MethodObserver of(ServiceId service, MethodId method) {
        return new MethodMeters(this, new Named(service, method.name()));
    }

    @Override
    public MethodObserver ofUnknown() {
        return new MethodMeters(this, null);
    }

    @Override
    public synchronized void follows(ServiceId service, FollowedFigures figures) {
        ServiceMeters before = followed.remove(service); // of a life that has just ended
        if (before != null) {
            before.remove();
        }
        if (!closed && followed.size() < limits.methods()) {
            followed.put(service, new ServiceMeters(this, service.toString(), figures));
        }
    }

    @Override
    public synchronized void letGo(ServiceId service) {
        ServiceMeters ended = followed.remove(service);
        if (ended != null) {
            ended.remove();
        }
        for (Named named : List.copyOf(methods.keySet())) {
            if (named.service().equals(service)) {
                remove(named);
            }
        }
    }

    private void remove(Named named) {
        MethodSeries series = methods.remove(named);
        if (series != null) {
            series.remove();
        }
    }

    @Override
    public synchronized void ejected(ServiceId service, Instance instance, String why) {
        ServiceMeters known = followed.get(service);
        if (known != null) {
            known.ejected();
        }
    }

    @Override
    public synchronized void serves(ServerFigures figures) {
        if (!closed) {
            server = new ServerMeters(this, figures);
        }
    }

    @Override
    public synchronized void meshed(MeshFigures figures) {
        if (!closed) {
            if (mesh == null) {
                mesh = new MeshMeters(this, figures);
            }
            mesh.changed();
        }
    }

    @Override
    public synchronized void close() {
        closed = true;
        List.copyOf(methods.keySet()).forEach(this::remove);
        other.remove();
        followed.values().forEach(ServiceMeters::remove);
        followed.clear();
        if (server != null) {
            server.remove();
            server = null;
        }
        if (mesh != null) {
            mesh.remove();
            mesh = null;
        }
        synchronized (callers) {
            callers.clear();
        }
    }
}
