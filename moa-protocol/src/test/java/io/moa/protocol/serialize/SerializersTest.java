package io.moa.protocol.serialize;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.lang.reflect.Type;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

public class SerializersTest {

    public record Named(int id, String name) implements Serializer {
        public Named() {
            this(200, "mine");
        }

        @Override
        public BodyCodec arguments(List<? extends Type> parameterTypes, AllowList allowed) {
            throw new UnsupportedOperationException();
        }

        @Override
        public BodyCodec result(Type type, AllowList allowed) {
            throw new UnsupportedOperationException();
        }
    }

    private final Serializers builtIn = Serializers.builtIn(SerializationLimits.DEFAULTS);

    @Test
    void holdsTheBuiltInOnesByNumberAndName() {
        assertThat(builtIn.byId(1)).isInstanceOf(HessianSerializer.class).isSameAs(builtIn.byName("hessian"));
        assertThat(builtIn.byId(2)).isInstanceOf(JsonSerializer.class).isSameAs(builtIn.require("json"));
        assertThat(builtIn.byId(3)).isInstanceOf(ProtobufSerializer.class).isSameAs(builtIn.byName("protobuf"));
    }

    @Test
    void answersEveryOtherNumberWithNothing() {
        for (int id = -1; id < 300; id++) {
            if (id < 1 || id > 3) {
                assertThat(builtIn.byId(id)).isNull();
            }
        }
        assertThatThrownBy(() -> builtIn.require("kryo")).hasMessageContaining("hessian, json, protobuf");
    }

    @Test
    void takesUsersSerializersInTheirRange() {
        Serializers more = builtIn.plus(new Named(128, "own"));
        assertThat(more.byId(128)).isEqualTo(new Named(128, "own"));
        assertThat(builtIn.byId(128)).isNull();
        assertThatThrownBy(() -> builtIn.plus(new Named(4, "own"))).hasMessageContaining("128 to 255");
        assertThatThrownBy(() -> builtIn.plus(new Named(256, "own"))).hasMessageContaining("128 to 255");
        assertThatThrownBy(() -> builtIn.plus(new Named(128, "json"))).hasMessageContaining("share");
        assertThatThrownBy(() -> more.plus(new Named(128, "other"))).hasMessageContaining("share");
    }

    @Test
    void findsUsersSerializersByTheServiceLoader(@TempDir Path folder) throws Exception {
        Path services = Files.createDirectories(folder.resolve("META-INF/services"));
        Files.writeString(services.resolve(Serializer.class.getName()), Named.class.getName());
        try (java.net.URLClassLoader loader = new java.net.URLClassLoader(
                new java.net.URL[] {folder.toUri().toURL()}, getClass().getClassLoader())) {
            assertThat(Serializers.load(loader).byName("mine")).isInstanceOf(Named.class);
        }
    }

    @Test
    void goesWithoutProtobufWhenItIsAbsent() throws Exception {
        ClassLoader without = new WithoutProtobuf(getClass().getClassLoader());
        Class<?> serializers = without.loadClass(Serializers.class.getName());
        assertThat(serializers.getClassLoader()).isSameAs(without);
        Object all = serializers.getMethod("load", ClassLoader.class).invoke(null, without);
        assertThat(serializers.getMethod("byId", int.class).invoke(all, 3)).isNull();
        assertThat(serializers.getMethod("byId", int.class).invoke(all, 1)).isNotNull();
        assertThatThrownBy(() -> serializers.getMethod("require", String.class).invoke(all, "protobuf"))
                .cause()
                .hasMessageContaining("protobuf-java");
    }

    /** Loads MOA's classes anew and knows no protobuf. */
    private static final class WithoutProtobuf extends ClassLoader {
        WithoutProtobuf(ClassLoader parent) {
            super(parent);
        }

        @Override
        protected Class<?> loadClass(String name, boolean resolve) throws ClassNotFoundException {
            if (name.startsWith("com.google.protobuf.")) {
                throw new ClassNotFoundException(name);
            }
            if (!name.startsWith("io.moa.protocol.serialize.")) {
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

    /** The guard is only as good as the absence of ways around it. */
    @Test
    void hasOnePlaceThatMakesEachPartOfTheReader() {
        assertThat(sourcesWith("new HessianIn(")).containsExactly("HessianReader.java");
        assertThat(sourcesWith("new HessianScan(")).containsExactly("HessianReader.java");
        assertThat(sourcesWith("new HessianReader(")).containsExactly("HessianSerializer.java");
    }

    @Test
    void readsObjectsWithNoOtherLibrary() {
        assertThat(sourcesWith("com.caucho")).isEmpty();
        assertThat(sourcesWith("ObjectInputStream")).isEmpty();
        assertThat(sourcesWith("misc.Unsafe")).isEmpty();
    }

    private static List<String> sourcesWith(String text) {
        try (Stream<Path> files = Files.walk(Path.of("src/main/java"))) {
            return files.filter(file -> file.toString().endsWith(".java"))
                    .filter(file -> read(file).contains(text))
                    .map(file -> file.getFileName().toString())
                    .toList();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static String read(Path file) {
        try {
            return Files.readString(file);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
