package io.moa.protocol.serialize;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import io.moa.protocol.serialize.SerializationException.Reason;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

class HessianRefusalTest {

    private final HessianSerializer hessian = new HessianSerializer();
    private final AllowList shop = Samples.shop();
    private final BodyCodec anything = hessian.result(Object.class, shop);

    /** Classes that made trouble elsewhere, and neighbours of those that are carried. */
    static Stream<String> names() {
        return Stream.of(
                "java.lang.ProcessBuilder",
                "java.lang.Runtime",
                "java.lang.Class",
                "java.lang.Thread",
                "java.lang.Object",
                "java.lang.StringBuilder",
                "java.lang.Number",
                "java.security.SignedObject",
                "java.util.concurrent.atomic.AtomicLong",
                "java.util.PriorityQueue",
                "java.util.Hashtable",
                "java.util.IdentityHashMap",
                "java.util.ServiceLoader",
                "java.util.Collections$UnmodifiableList",
                "java.net.URL",
                "java.net.InetAddress",
                "java.io.File",
                "java.io.InputStream",
                "java.io.ByteArrayInputStream",
                "java.lang.reflect.Proxy",
                "java.lang.invoke.SerializedLambda",
                "java.sql.Timestamp",
                "javax.swing.UIDefaults",
                "javax.naming.CompositeName",
                "javax.management.BadAttributeValueExpException",
                "javax.imageio.spi.FilterIterator",
                "javax.script.ScriptEngineManager",
                "com.sun.org.apache.xpath.internal.objects.XString",
                "com.sun.org.apache.xalan.internal.xsltc.trax.TemplatesImpl",
                "sun.print.UnixPrintService",
                "com.caucho.hessian.io.HessianRemote",
                "com.caucho.hessian.io.LocaleHandle",
                "com.caucho.hessian.io.ByteHandle",
                "com.caucho.hessian.io.StackTraceElementDeserializer",
                "com.caucho.naming.QName",
                "com.rometools.rome.feed.impl.ToStringBean",
                "org.springframework.aop.support.DefaultBeanFactoryPointcutAdvisor",
                "io.moa.protocol.serialize.Samples$Stranger",
                "io.moa.protocol.serialize.Samples$Square",
                "io.moa.protocol.serialize.Samples$Shape",
                "io.moa.protocol.serialize.Samples$Shop",
                "io.moa.protocol.serialize.HessianTypes",
                "com.acme.DoesNotExist");
    }

    @ParameterizedTest
    @MethodSource("names")
    void refusesAnObject(String name) {
        assertRefused(name, Samples.byHand(out -> Samples.object(out, name, "value", "x", "name", "y")));
    }

    @ParameterizedTest
    @MethodSource("names")
    void refusesAList(String name) {
        assertRefused(name, Samples.byHand(out -> {
            out.writeListBegin(1, name);
            out.writeInt(1);
        }));
        assertRefused(name, Samples.byHand(out -> {
            out.writeListBegin(-1, name);
            out.writeInt(1);
            out.writeListEnd();
        }));
    }

    @ParameterizedTest
    @MethodSource("names")
    void refusesAMap(String name) {
        assertRefused(name, Samples.byHand(out -> {
            out.writeMapBegin(name);
            out.writeString("value");
            out.writeInt(1);
            out.writeMapEnd();
        }));
    }

    @ParameterizedTest
    @MethodSource("names")
    void refusesItInsideWhatIsAllowed(String name) {
        assertRefused(
                name,
                Samples.byHand(out -> Samples.object(
                        out, Samples.Node.class.getName(), "name", "x", "children", Samples.hand(inner -> {
                            inner.writeListBegin(1, null);
                            Samples.object(inner, name, "value", 1);
                        }))));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "java.lang.ProcessBuilder",
                "java.lang.Class",
                "java.io.Serializable",
                "java.security.SignedObject",
                "com.acme.DoesNotExist",
                "io.moa.protocol.serialize.Samples$Stranger"
            })
    void refusesAnArray(String name) {
        for (String brackets : List.of("[", "[[", "[[[[[[[[[[[[")) {
            byte[] body = Samples.byHand(out -> out.writeListBegin(0, brackets + name));
            SerializationException refusal =
                    catchThrowableOfType(SerializationException.class, () -> Samples.decode(anything, body));
            assertThat(refusal).hasMessageContaining(name);
            assertThat(refusal.reason()).isEqualTo(Reason.REFUSED);
        }
    }

    private void assertRefused(String name, byte[] body) {
        Thread thread = Thread.currentThread();
        ClassLoader before = thread.getContextClassLoader();
        thread.setContextClassLoader(watch);
        watch.asked.clear();
        try {
            for (BodyCodec codec : List.of(anything, watched)) {
                SerializationException refusal =
                        catchThrowableOfType(SerializationException.class, () -> Samples.decode(codec, body));
                assertThat(refusal).as("refusal of %s", name).isNotNull();
                assertThat(refusal.reason()).isEqualTo(Reason.REFUSED);
                assertThat(refusal)
                        .hasMessageContaining(
                                "The class " + name + " is not allowed for " + Samples.Shop.class.getName())
                        .hasMessageContaining("@SubTypes(" + name.replace('$', '.') + ".class)")
                        .hasMessageContaining(".withAllowed(" + name.replace('$', '.') + ".class)");
            }
        } finally {
            thread.setContextClassLoader(before);
        }
        assertThat(watch.asked).doesNotContain(name);
    }

    /** Writes down what it is asked for. The watched service is loaded by it, so MOA would ask it for more classes. */
    private static final class Watch extends ClassLoader {
        final List<String> asked = Collections.synchronizedList(new ArrayList<>());

        Watch(ClassLoader parent) {
            super(parent);
        }

        @Override
        protected Class<?> loadClass(String name, boolean resolve) throws ClassNotFoundException {
            asked.add(name);
            if (!name.startsWith(Samples.class.getName())) {
                return super.loadClass(name, resolve);
            }
            synchronized (getClassLoadingLock(name)) {
                Class<?> loaded = findLoadedClass(name);
                if (loaded != null) {
                    return loaded;
                }
                try (InputStream in = getParent().getResourceAsStream(name.replace('.', '/') + ".class")) {
                    byte[] bytes = in.readAllBytes();
                    return defineClass(name, bytes, 0, bytes.length);
                } catch (IOException e) {
                    throw new UncheckedIOException(e);
                }
            }
        }
    }

    private static final Watch watch = new Watch(HessianRefusalTest.class.getClassLoader());
    private static final BodyCodec watched = new HessianSerializer().result(Object.class, watchedShop());

    private static AllowList watchedShop() {
        try {
            Class<?> shop = watch.loadClass(Samples.Shop.class.getName());
            AllowList allowed = AllowList.ofService(shop);
            assertThat(shop).isNotSameAs(Samples.Shop.class);
            return allowed;
        } catch (ClassNotFoundException e) {
            throw new AssertionError(e);
        }
    }

    @Test
    void watchesTheLoaderThatWouldBeAsked() {
        String name = "com.acme.Watched";
        BodyCodec codec;
        try {
            codec = hessian.result(
                    Object.class,
                    AllowList.ofService(watch.loadClass(Samples.Shop.class.getName()))
                            .plus(name));
        } catch (ClassNotFoundException e) {
            throw new AssertionError(e);
        }
        watch.asked.clear();
        byte[] body = Samples.byHand(out -> Samples.object(out, name));
        assertThatThrownBy(() -> Samples.decode(codec, body)).hasMessageContaining("add its jar");
        assertThat(watch.asked).as("else the absence above would prove nothing").contains(name);
    }

    @Test
    void createsAClassOnceItsNameIsAllowed() {
        String name = Tripwire.class.getName();
        byte[] body = Samples.byHand(out -> Samples.object(out, name, "text", "x"));
        assertThatThrownBy(() -> Samples.decode(anything, body)).isInstanceOf(SerializationException.class);
        assertThat(Tripwire.made).isZero();
        assertThat(Samples.decode(hessian.result(Object.class, shop.plus(name)), body))
                .isInstanceOf(Tripwire.class);
        assertThat(Tripwire.made).isEqualTo(1);
    }

    static final class Tripwire {
        static int made;
        String text = "";

        Tripwire() {
            made++;
        }
    }

    @Test
    void refusesOnTheSendersSideToo() {
        assertThatThrownBy(() -> Samples.encode(anything, new Samples.Stranger()))
                .isInstanceOf(SerializationException.class)
                .hasMessageContaining("@SubTypes(" + Samples.Stranger.class.getCanonicalName() + ".class)");
        assertThatThrownBy(() -> Samples.encode(anything, new java.util.concurrent.atomic.AtomicLong()))
                .isInstanceOf(SerializationException.class)
                .hasMessageContaining(".withAllowed(java.util.concurrent.atomic.AtomicLong.class)");
        Runnable lambda = () -> {};
        assertThatThrownBy(() -> Samples.encode(anything, lambda)).isInstanceOf(SerializationException.class);
    }

    @Test
    void carriesWhatIsAllowedByHand() {
        AllowList more = shop.plus(Samples.Stranger.class);
        BodyCodec codec = hessian.result(Object.class, more);
        assertThat(Samples.roundTrip(codec, new Samples.Stranger())).isInstanceOf(Samples.Stranger.class);
        BodyCodec byName = hessian.result(Object.class, shop.plus(Samples.Stranger.class.getName()));
        assertThat(Samples.roundTrip(byName, new Samples.Stranger())).isInstanceOf(Samples.Stranger.class);
    }

    @Test
    void saysThatAnAllowedClassIsMissing() {
        BodyCodec codec = hessian.result(Object.class, shop.plus("com.acme.DoesNotExist"));
        byte[] body = Samples.byHand(out -> Samples.object(out, "com.acme.DoesNotExist"));
        assertThatThrownBy(() -> Samples.decode(codec, body))
                .isInstanceOf(SerializationException.class)
                .hasMessageContaining("add its jar");
    }

    @Test
    void keepsHandlesToTheJvmOutEvenIfTheirNamesAreAllowed() {
        for (String name :
                List.of("java.lang.Class", "java.lang.Runnable", "java.io.ByteArrayInputStream", "java.lang.Thread")) {
            BodyCodec codec = hessian.result(Object.class, shop.plus(name));
            byte[] body = Samples.byHand(out -> Samples.object(out, name, "name", "java.lang.Runtime"));
            assertThatThrownBy(() -> Samples.decode(codec, body))
                    .isInstanceOf(SerializationException.class)
                    .hasMessageContaining(name);
        }
    }

    @Test
    void neverAsksAValueForItsText() {
        AllowList allowed = AllowList.ofValues().plus(Trap.class);
        Trap.sprung = 0;
        byte[] trap = Samples.byHand(out -> Samples.object(out, Trap.class.getName(), "number", 1));
        for (Class<?> wrong : List.of(String.class, int.class, List.class, Samples.Car.class, int[].class)) {
            assertThatThrownBy(() -> Samples.decode(hessian.result(wrong, allowed), trap))
                    .isInstanceOf(SerializationException.class);
        }
        byte[] inAField = Samples.byHand(out -> Samples.object(
                out,
                Trap.class.getName(),
                "number",
                Samples.hand(inner -> Samples.object(inner, Trap.class.getName(), "number", 1))));
        assertThatThrownBy(() -> Samples.decode(hessian.result(Trap.class, allowed), inAField))
                .isInstanceOf(SerializationException.class)
                .hasMessageContaining("Trap.number");
        assertThatThrownBy(() -> Samples.encode(new JsonSerializer().result(Trap.class, allowed), new Trap()))
                .isInstanceOf(SerializationException.class);
        assertThat(Trap.sprung).isZero();
    }

    static final class Trap {
        static int sprung;
        int number;

        public int getNumber() {
            throw new IllegalStateException("a getter that fails");
        }

        @Override
        public String toString() {
            sprung++;
            return "";
        }

        @Override
        public int hashCode() {
            sprung++;
            return 0;
        }

        @Override
        public boolean equals(Object other) {
            sprung++;
            return false;
        }
    }
}
