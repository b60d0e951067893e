package io.moa.client.stub;

import io.moa.client.CallOptions;
import io.moa.discovery.ServiceId;
import io.moa.governance.policy.PolicyKey;
import java.lang.reflect.InvocationHandler;
import java.lang.reflect.Method;
import java.lang.reflect.Proxy;
import java.util.Comparator;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** What stands behind a stub: the table of its methods, and the options of its calls. Immutable. */
public final class ServiceStub implements InvocationHandler {

    private static final Object[] NO_ARGUMENTS = new Object[0];

    private final Class<?> type;
    private final ServiceId service;
    private final Map<Method, StubMethod> methods;
    private final Map<Method, FallbackAnswer> local;
    private final CallOptions options;
    private final CallStarter starter;

    ServiceStub(
            Class<?> type,
            ServiceId service,
            Map<Method, StubMethod> methods,
            Map<Method, FallbackAnswer> local,
            CallOptions options,
            CallStarter starter) {
        this.type = type;
        this.service = service;
        this.methods = methods;
        this.local = local;
        this.options = options;
        this.starter = starter;
    }

    /**
     * The handler behind a stub.
     *
     * @throws IllegalArgumentException if the object is not a stub
     */
    public static ServiceStub of(Object stub) {
        if (Proxy.isProxyClass(stub.getClass()) && Proxy.getInvocationHandler(stub) instanceof ServiceStub handler) {
            return handler;
        }
        throw new IllegalArgumentException(stub.getClass().getName() + " is not a stub made by MoaClient.stub(...)");
    }

    /** A stub of the same service whose calls have other options. */
    public Object with(CallOptions newOptions) {
        return proxy(new ServiceStub(type, service, methods, local, newOptions, starter));
    }

    /** The options of its calls. */
    public CallOptions options() {
        return options;
    }

    /** The stub itself. */
    Object proxy() {
        return proxy(this);
    }

    private Object proxy(InvocationHandler handler) {
        return Proxy.newProxyInstance(type.getClassLoader(), new Class<?>[] {type}, handler);
    }

    @Override
    public @Nullable Object invoke(Object proxy, Method method, @Nullable Object @Nullable [] given) throws Throwable {
        StubMethod known = methods.get(method);
        @Nullable Object[] arguments = given == null ? NO_ARGUMENTS : given;
        if (known == null) {
            FallbackAnswer here = local.get(method);
            return here == null ? ofObject(proxy, method, given) : here.call(proxy, arguments);
        }
        return known.async()
                ? starter.callAsync(this, known, arguments, options)
                : starter.call(this, known, arguments, options);
    }

    /** Makes one call of a synchronous method without waiting. */
    public <S, T> CompletableFuture<T> async(Class<S> as, Function<S, T> call) {
        Recorder recorder = new Recorder();
        try {
            T unused = call.apply(as.cast(proxy(recorder))); // the recorder answers with nothing; the future has it
        } catch (RuntimeException | Error thrown) {
            CompletableFuture<@Nullable Object> begun = recorder.made;
            if (begun != null) {
                begun.cancel(true); // nobody will ever see its result
            }
            throw thrown;
        }
        CompletableFuture<@Nullable Object> made = recorder.made;
        if (made == null) {
            throw new IllegalArgumentException(
                    "The function given to async(...) made no call; write client.async(greeter, g -> g.greet(name))");
        }
        @SuppressWarnings("unchecked") // the one call made has the function's result type, as the compiler checked
        CompletableFuture<T> typed = (CompletableFuture<T>) made;
        return typed;
    }

    /** What is decided about the calls of each method: what is in force now, where it comes from, and who enforces it. */
    public String describe() {
        return methods.values().stream()
                .sorted(Comparator.comparing(each -> each.method().toString()))
                .map(each -> service + " " + each.method() + "\n" + described(each))
                .collect(Collectors.joining("\n"));
    }

    private static String described(StubMethod method) {
        StubMethod.Governed governed = method.governed();
        String told = answered(PolicyKey.FALLBACK_LAST_GOOD, method.timesAnsweredByLastGood())
                + answered(PolicyKey.FALLBACK_VALUE, method.timesAnsweredByValue());
        String passedOver =
                governed.passedOver().stream().map(each -> "\n" + each).collect(Collectors.joining());
        return (governed.policy().describe() + told + passedOver).indent(2);
    }

    private static String answered(PolicyKey<?> by, long times) {
        return times == 0 ? "" : "\nAnswered by " + by + " so far: " + times + " calls of this stub";
    }

    Class<?> type() {
        return type;
    }

    private @Nullable Object ofObject(Object proxy, Method method, @Nullable Object @Nullable [] given) {
        return switch (method.getName()) {
            case "equals" -> given != null && given[0] == proxy;
            case "hashCode" -> System.identityHashCode(proxy);
            default -> "Stub[" + service + "]";
        };
    }

    /** Stands in for the stub during async(...): starts the one call that is made on it, and answers with nothing. */
    private final class Recorder implements InvocationHandler {
        private @Nullable CompletableFuture<@Nullable Object> made;

        @Override
        public @Nullable Object invoke(Object proxy, Method method, @Nullable Object @Nullable [] given) {
            StubMethod known = methods.get(method);
            if (known == null) {
                return ofObject(proxy, method, given);
            }
            if (made != null) {
                throw new IllegalStateException("The function given to async(...) makes exactly one call, not two");
            }
            if (known.async()) {
                throw new IllegalStateException(known.method() + " returns a future already; call it directly");
            }
            made = starter.callAsync(ServiceStub.this, known, given == null ? NO_ARGUMENTS : given, options);
            return EmptyValue.ofPrimitive(method.getReturnType());
        }
    }
}
