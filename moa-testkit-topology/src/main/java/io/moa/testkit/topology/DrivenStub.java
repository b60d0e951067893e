package io.moa.testkit.topology;

import io.moa.client.MoaClient;
import java.lang.reflect.InvocationHandler;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.lang.reflect.Proxy;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CompletionStage;
import org.jspecify.annotations.Nullable;

/**
 * A stub on fake time: a synchronous method waits by letting time pass, where a real one would wait for ever for a reply
 * that only the waiting thread itself could bring.
 */
final class DrivenStub implements InvocationHandler {

    /** Every call has a deadline, and the longest is 30 days. */
    private static final Duration LIMIT = Duration.ofDays(31);

    private final Loop loop;
    private final MoaClient client;
    private final Class<?> type;
    private final Object stub;

    DrivenStub(Loop loop, MoaClient client, Class<?> type, Object stub) {
        this.loop = loop;
        this.client = client;
        this.type = type;
        this.stub = stub;
    }

    static <S> S of(Loop loop, MoaClient client, Class<S> type, S stub) {
        return type.cast(Proxy.newProxyInstance(
                type.getClassLoader(), new Class<?>[] {type}, new DrivenStub(loop, client, type, stub)));
    }

    /** What stands behind a stub of a topology. */
    static DrivenStub behind(Object stub) {
        if (Proxy.isProxyClass(stub.getClass()) && Proxy.getInvocationHandler(stub) instanceof DrivenStub driven) {
            return driven;
        }
        throw new IllegalArgumentException(
                stub.getClass().getName() + " is not a stub made by ClientNode.stub(...) of a topology");
    }

    Class<?> type() {
        return type;
    }

    /** The client's own stub, whose synchronous methods would wait in real time. */
    Object stub() {
        return stub;
    }

    @Override
    public @Nullable Object invoke(Object proxy, Method method, @Nullable Object @Nullable [] arguments)
            throws Throwable {
        if (method.getDeclaringClass() == Object.class) {
            return method.getName().equals("equals") && arguments != null
                    ? proxy == arguments[0]
                    : call(stub, method, arguments);
        }
        if (CompletionStage.class.isAssignableFrom(method.getReturnType())) {
            return call(stub, method, arguments);
        }
        String name = type.getSimpleName() + "." + method.getName();
        loop.checkMayWait(
                "The synchronous call " + name,
                "In an implementation or a task call it with ClientNode.async(...), or use a method that returns a"
                        + " CompletableFuture.");
        CompletableFuture<@Nullable Object> reply = client.async(stub, real -> callUnchecked(real, method, arguments));
        loop.until(reply::isDone, LIMIT, () -> "the reply of " + name);
        try {
            return reply.join();
        } catch (CompletionException e) {
            throw e.getCause() == null ? e : e.getCause();
        }
    }

    private static @Nullable Object call(Object target, Method method, @Nullable Object @Nullable [] arguments)
            throws Throwable {
        try {
            return method.invoke(target, arguments);
        } catch (InvocationTargetException e) {
            throw e.getCause() == null ? e : e.getCause();
        }
    }

    private static @Nullable Object callUnchecked(
            Object target, Method method, @Nullable Object @Nullable [] arguments) {
        try {
            method.setAccessible(true); // the interface may be private to its package
            return call(target, method, arguments);
        } catch (RuntimeException | Error e) {
            throw e;
        } catch (Throwable e) {
            throw new IllegalStateException("The call of " + method + " could not be begun", e);
        }
    }
}
