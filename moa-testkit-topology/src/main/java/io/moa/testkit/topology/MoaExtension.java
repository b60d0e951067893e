package io.moa.testkit.topology;

import io.moa.client.MoaClient;
import io.moa.client.stub.StubConfig;
import io.moa.registry.memory.MemoryRegistryStore;
import io.moa.server.ExportConfig;
import io.moa.server.MoaServer;
import io.moa.server.dispatch.ServiceExporter;
import io.moa.testkit.CallAccount;
import io.moa.testkit.ChaosProxy;
import io.moa.testkit.LeakCheck;
import io.moa.transport.TransportConfig;
import java.lang.reflect.Constructor;
import java.lang.reflect.Field;
import java.lang.reflect.InaccessibleObjectException;
import java.lang.reflect.Modifier;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.function.BiConsumer;
import java.util.function.Consumer;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.extension.AfterAllCallback;
import org.junit.jupiter.api.extension.AfterEachCallback;
import org.junit.jupiter.api.extension.BeforeAllCallback;
import org.junit.jupiter.api.extension.BeforeEachCallback;
import org.junit.jupiter.api.extension.BeforeTestExecutionCallback;
import org.junit.jupiter.api.extension.ExtensionConfigurationException;
import org.junit.jupiter.api.extension.ExtensionContext;
import org.junit.jupiter.api.extension.ParameterContext;
import org.junit.jupiter.api.extension.ParameterResolver;
import org.junit.platform.commons.support.AnnotationSupport;

/**
 * Tests a service the way it will be called: by a client, over a socket, found in a registry.
 *
 * <pre>{@code
 * class GreeterTest {
 *     @RegisterExtension
 *     final MoaExtension moa = MoaExtension.serving(new GreeterService());
 *
 *     @Stub
 *     Greeter greeter;
 *
 *     @Test
 *     void greets() {
 *         assertThat(greeter.greet("Ada")).isEqualTo("Hello, Ada");
 *     }
 * }
 * }</pre>
 *
 * <h2>What there is during a test</h2>
 *
 * <p>A registry in memory, a server with the given services, a client, and a {@linkplain #network() network} between the two
 * that the test may break. The ports are free ones of loopback. A field with {@link Stub} and a parameter of a test or
 * {@code @BeforeEach} method may have the interface of an exported service; a parameter may also be a {@link MoaClient}, a
 * {@link MoaServer}, a {@link ChaosProxy}, a {@link CallAccount} or {@link TestRules}.
 *
 * <h2>How long it lasts</h2>
 *
 * <p>In a field that is not static, each test has all of it anew. In a static one, or with the test instance lifecycle
 * {@code PER_CLASS}, it lasts for the class: quicker, with the implementation shared; after each test the network is healed.
 *
 * <h2>What it asserts</h2>
 *
 * <p>When it closes, that the calls balance: each has one outcome, none that is not idempotent ran twice, none that was
 * reported as not run did run. And, unless switched off, that no buffer was lost; see {@link LeakCheck} for the limits of
 * that, of which one is that such tests do not run in parallel.
 *
 * <p>Configured once and immutable then. What it gives out is safe for many threads, and ends with the test.
 */
public final class MoaExtension
        implements BeforeAllCallback,
                BeforeEachCallback,
                BeforeTestExecutionCallback,
                AfterEachCallback,
                AfterAllCallback,
                ParameterResolver {

    private final ServiceBench.Plan plan;
    private final Set<Class<?>> services;
    private final @Nullable LeakCheck leaks;
    private volatile @Nullable ServiceBench bench;
    private volatile @Nullable TestRules rules;
    private volatile @Nullable String owner; // the context that opened it, and closes it

    private MoaExtension(Builder builder) {
        this.plan = new ServiceBench.Plan(
                List.copyOf(builder.exports),
                List.copyOf(builder.serverSettings),
                List.copyOf(builder.clientSettings),
                builder.transport,
                builder.inProcess);
        this.services = new LinkedHashSet<>(builder.services);
        this.leaks = builder.leakCheck ? new LeakCheck() : null;
    }

    /**
     * An extension that serves these implementations, each of exactly one interface with {@code @MoaService}, with every
     * setting its default.
     *
     * @throws IllegalArgumentException if there is none, or one implements no such interface, or several
     */
    public static MoaExtension serving(Object... implementations) {
        Builder builder = builder();
        for (Object implementation : implementations) {
            builder.export(implementation);
        }
        return builder.build();
    }

    /** Begins an extension that serves nothing yet. */
    public static Builder builder() {
        return new Builder();
    }

    // ---- for the test

    /**
     * A stub of a service that is served here.
     *
     * @throws IllegalArgumentException if it is not
     * @throws IllegalStateException outside of a test
     */
    public <S> S stub(Class<S> type) {
        return stub(type, StubConfig.ANNOTATED);
    }

    /** A stub with settings that override the annotations of the interface. */
    public <S> S stub(Class<S> type, StubConfig config) {
        if (!services.contains(type)) {
            throw new IllegalArgumentException(notServed(type));
        }
        return open().client().stub(type, config);
    }

    /**
     * The client, for asynchronous and generic calls.
     *
     * @throws IllegalStateException outside of a test
     */
    public MoaClient client() {
        return open().client();
    }

    /**
     * The server.
     *
     * @throws IllegalStateException outside of a test, or if services are only mocked
     */
    public MoaServer server() {
        MoaServer server = open().server();
        if (server == null) {
            throw new IllegalStateException("Nothing is served here: there are only services that are mocked");
        }
        return server;
    }

    /**
     * The live rules of the client: fail calls on purpose, hold them back, answer them. Within a test that shares all of it with others of its
     * class they are taken back after it.
     *
     * @throws IllegalStateException outside of a test
     */
    public TestRules rules() {
        open();
        TestRules known = rules;
        if (known == null) {
            throw new IllegalStateException("There are no rules outside of a test");
        }
        return known;
    }

    /**
     * The network between client and server: delay it, stall it one way, corrupt it, reset it. The client connects with
     * its first call, so a test that breaks a standing connection makes a call before.
     *
     * @throws IllegalStateException outside of a test, or where there is none: within the process, or if services are only mocked
     */
    public ChaosProxy network() {
        ChaosProxy proxy = open().network();
        if (proxy == null) {
            throw new IllegalStateException(
                    open().server() == null
                            ? "Nothing is served here, so there is no network to break: export(...) a service"
                            : "Within the process there is no network to break: leave out inProcess()");
        }
        return proxy;
    }

    /**
     * The registry: take the instance offline as an operator, or make the registry unreachable.
     *
     * @throws IllegalStateException outside of a test
     */
    public MemoryRegistryStore registry() {
        return open().registry();
    }

    /**
     * The account of the client's calls, kept by itself: outcomes and executions.
     *
     * @throws IllegalStateException outside of a test
     */
    public CallAccount calls() {
        return open().calls();
    }

    private ServiceBench open() {
        ServiceBench known = bench;
        if (known == null) {
            throw new IllegalStateException(
                    "There is no server now: it starts before a test and is closed after it. In a"
                            + " constructor, a field initializer or @BeforeAll the extension must be in a static field.");
        }
        return known;
    }

    // ---- for JUnit

    @Override
    public void beforeAll(ExtensionContext context) {
        begin(context);
    }

    @Override
    public void beforeEach(ExtensionContext context) throws Exception {
        if (leaks != null) {
            leaks.beforeEach(context);
        }
        begin(context);
        for (Object instance : context.getRequiredTestInstances().getAllInstances()) {
            for (Field field : stubFields(instance.getClass())) {
                if (services.contains(field.getType())) {
                    fill(field, instance);
                }
            }
        }
    }

    /** Another extension may have filled what this one could not; now it must be done. */
    @Override
    public void beforeTestExecution(ExtensionContext context) throws IllegalAccessException {
        for (Object instance : context.getRequiredTestInstances().getAllInstances()) {
            for (Field field : stubFields(instance.getClass())) {
                field.setAccessible(true);
                if (field.get(instance) == null) {
                    throw new ExtensionConfigurationException(
                            "The field " + field.getName() + " with @Stub stays empty: " + notServed(field.getType()));
                }
            }
        }
    }

    @Override
    public void afterEach(ExtensionContext context) throws Exception {
        try {
            ServiceBench still = bench;
            if (!end(context) && still != null) {
                rules().clear();
                if (still.network() != null) {
                    still.network().heal();
                }
            }
        } finally {
            if (leaks != null) {
                leaks.afterEach(context);
            }
        }
    }

    @Override
    public void afterAll(ExtensionContext context) throws Exception {
        try {
            end(context);
        } finally {
            if (leaks != null) {
                leaks.afterAll(context);
            }
        }
    }

    private void begin(ExtensionContext context) {
        if (bench == null) {
            ServiceBench opened = new ServiceBench(plan);
            bench = opened;
            rules = new TestRules(opened.rules(), services);
            owner = context.getUniqueId();
        }
    }

    /** Returns whether this context was the one to close it. */
    private boolean end(ExtensionContext context) {
        ServiceBench ending = bench;
        if (ending == null || !context.getUniqueId().equals(owner)) {
            return false;
        }
        bench = null;
        rules = null;
        owner = null;
        ending.close();
        return true;
    }

    private static List<Field> stubFields(Class<?> type) {
        return AnnotationSupport.findAnnotatedFields(type, Stub.class);
    }

    private void fill(Field field, Object instance) throws IllegalAccessException {
        if (Modifier.isStatic(field.getModifiers()) || Modifier.isFinal(field.getModifiers())) {
            throw new ExtensionConfigurationException("The field " + field.getName() + " with @Stub is "
                    + Modifier.toString(field.getModifiers())
                    + "; it is filled before each test, so it is neither static"
                    + " nor final");
        }
        try {
            field.setAccessible(true);
        } catch (InaccessibleObjectException e) {
            throw new ExtensionConfigurationException(
                    "The field " + field.getName() + " with @Stub cannot be reached; open its package to"
                            + " io.moa.testkit.topology, or take the stub as a parameter",
                    e);
        }
        field.set(instance, stub(field.getType()));
    }

    @Override
    public boolean supportsParameter(ParameterContext parameter, ExtensionContext context) {
        if (parameter.getDeclaringExecutable() instanceof Constructor && bench == null) {
            return false;
        }
        Class<?> type = parameter.getParameter().getType();
        return services.contains(type)
                || type == MoaClient.class
                || type == MoaServer.class
                || type == ChaosProxy.class
                || type == CallAccount.class
                || type == TestRules.class;
    }

    @Override
    public Object resolveParameter(ParameterContext parameter, ExtensionContext context) {
        Class<?> type = parameter.getParameter().getType();
        if (type == MoaClient.class) {
            return client();
        }
        if (type == MoaServer.class) {
            return server();
        }
        if (type == ChaosProxy.class) {
            return network();
        }
        if (type == TestRules.class) {
            return rules();
        }
        return type == CallAccount.class ? calls() : stub(type);
    }

    private String notServed(Class<?> type) {
        return type.getName() + " is not served here; served are "
                + services.stream().map(Class::getName).toList()
                + ". Export it on the builder of MoaExtension.";
    }

    @Override
    public String toString() {
        return "MoaExtension" + services.stream().map(Class::getSimpleName).toList();
    }

    /** Collects what is served, and how. Not safe for threads. */
    public static final class Builder {
        private final List<BiConsumer<MoaServer.Builder, MoaClient>> exports = new ArrayList<>();
        private final Set<Class<?>> services = new LinkedHashSet<>();
        private final List<Consumer<MoaServer.Builder>> serverSettings = new ArrayList<>();
        private final List<Consumer<MoaClient.Builder>> clientSettings = new ArrayList<>();
        private TransportConfig transport = TransportConfig.DEFAULT;
        private boolean inProcess;
        private boolean leakCheck = true;

        private Builder() {}

        /**
         * Serves an implementation of exactly one interface with {@code @MoaService}.
         *
         * @throws IllegalArgumentException if it implements none, or several
         */
        public Builder export(Object implementation) {
            services.add(ServiceExporter.interfaceOf(implementation));
            exports.add((server, client) -> server.export(implementation));
            return this;
        }

        /** Serves an implementation as the given service. */
        public <S> Builder export(Class<S> type, S implementation) {
            return export(type, implementation, ExportConfig.DEFAULT);
        }

        /** Serves an implementation as the given service, with settings of its own. */
        public <S> Builder export(Class<S> type, S implementation, ExportConfig config) {
            services.add(type);
            exports.add((server, client) -> server.export(type, implementation, config));
            return this;
        }

        /**
         * Knows a service that nobody serves: {@link TestRules#answer} says what its methods return, and {@link TestRules#fail} how they fail.
         * Calls of which nothing is said fail, as nobody is there.
         *
         * @param type an interface with {@code @MoaService}
         */
        public Builder mock(Class<?> type) {
            services.add(type);
            return this;
        }

        /**
         * Serves an implementation that calls other services: those exported here, real ones or stand-ins of the test.
         *
         * @param make makes it, once for each start of the server, with the client that it is to call them with
         */
        public <S> Builder exportCalling(Class<S> type, Function<MoaClient, S> make) {
            services.add(type);
            exports.add((server, client) -> server.export(type, make.apply(client)));
            return this;
        }

        /** Changes a setting of the server. Its address and shutdown hook are the extension's; its drain limit is 1 s. */
        public Builder configureServer(Consumer<MoaServer.Builder> setting) {
            serverSettings.add(setting);
            return this;
        }

        /** Changes a setting of the client. Its registry is the extension's. */
        public Builder configureClient(Consumer<MoaClient.Builder> setting) {
            clientSettings.add(setting);
            return this;
        }

        /** Limits and times of connections on both sides; default {@link TransportConfig#DEFAULT}. */
        public Builder transportConfig(TransportConfig value) {
            this.transport = value;
            return this;
        }

        /** Carries calls within the process, without sockets and without a network to break; default sockets. */
        public Builder inProcess() {
            this.inProcess = true;
            return this;
        }

        /** Whether a test fails that loses a buffer, at the price of a garbage collection for each; default true. */
        public Builder leakCheck(boolean value) {
            this.leakCheck = value;
            return this;
        }

        /**
         * Makes the extension.
         *
         * @throws IllegalArgumentException if nothing is exported or mocked
         */
        public MoaExtension build() {
            if (services.isEmpty()) {
                throw new IllegalArgumentException(
                        "There is nothing to test: export(...) at least one service, or mock(...) one");
            }
            return new MoaExtension(this);
        }
    }
}
