package io.moa.protocol.serialize;

import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.ServiceLoader;
import org.jspecify.annotations.Nullable;

/**
 * The serializers of one runtime, by number and by name: the built-in ones and those found at start. Immutable, and
 * nothing static: two runtimes in one JVM may have different ones.
 */
public final class Serializers {

    private static final int FIRST_USER_ID = 128;
    private static final int LAST_ID = 255;

    private final @Nullable Serializer[] byId = new @Nullable Serializer[LAST_ID + 1];
    private final Map<String, Serializer> byName = new LinkedHashMap<>();

    private Serializers() {}

    /** The built-in serializers with default limits, and those that {@link ServiceLoader} finds with this loader. */
    public static Serializers load(ClassLoader loader) {
        return load(loader, SerializationLimits.DEFAULTS);
    }

    /**
     * The built-in serializers with these limits, and those that {@link ServiceLoader} finds with this loader. Protobuf is
     * among them only if protobuf-java is on the class path.
     *
     * @throws IllegalStateException if a found serializer takes a number outside 128 to 255, or one or a name already taken
     */
    public static Serializers load(ClassLoader loader, SerializationLimits limits) {
        return load(loader, limits, null);
    }

    /**
     * Like {@link #load(ClassLoader, SerializationLimits)}, and notes the classes that Hessian and JSON refuse.
     *
     * @param refused takes the names of refused classes; null to take none
     */
    public static Serializers load(ClassLoader loader, SerializationLimits limits, @Nullable RefusedNames refused) {
        Serializers all = builtIn(limits, refused);
        for (Serializer found : ServiceLoader.load(Serializer.class, loader)) {
            all.addUser(found);
        }
        return all;
    }

    /** The built-in serializers alone. */
    public static Serializers builtIn(SerializationLimits limits) {
        return builtIn(limits, null);
    }

    private static Serializers builtIn(SerializationLimits limits, @Nullable RefusedNames refused) {
        Serializers all = new Serializers();
        all.add(new HessianSerializer(limits, refused));
        all.add(new JsonSerializer(limits, refused));
        if (hasProtobuf()) {
            all.add(new ProtobufSerializer(limits));
        }
        return all;
    }

    /** These, and one handed in by the user; the same rules as for those found. */
    public Serializers plus(Serializer serializer) {
        Serializers all = new Serializers();
        byName.values().forEach(all::add);
        all.addUser(serializer);
        return all;
    }

    /** The serializer of a number from the wire; null if there is none, which is answered {@code UNSUPPORTED}. */
    public @Nullable Serializer byId(int id) {
        return id >= 0 && id <= LAST_ID ? byId[id] : null;
    }

    /** The serializer of this name; null if there is none. */
    public @Nullable Serializer byName(String name) {
        return byName.get(name);
    }

    /**
     * The serializer of this name.
     *
     * @throws IllegalArgumentException if there is none, saying which there are
     */
    public Serializer require(String name) {
        Serializer serializer = byName.get(name);
        if (serializer == null) {
            String hint = name.equals("protobuf")
                    ? " Add com.google.protobuf:protobuf-java to the class path to get it."
                    : " One of your own is found through META-INF/services/" + Serializer.class.getName() + ".";
            throw new IllegalArgumentException(
                    "No serializer is called " + name + "; there are " + names() + "." + hint);
        }
        return serializer;
    }

    /** All of them, the built-in ones first. */
    public Collection<Serializer> all() {
        return List.copyOf(byName.values());
    }

    /** Asked of the loader that would have to resolve it for us, before any class of ours that mentions it is loaded. */
    private static boolean hasProtobuf() {
        try {
            Class.forName("com.google.protobuf.MessageLite", false, Serializers.class.getClassLoader());
            return true;
        } catch (ClassNotFoundException | LinkageError e) {
            return false;
        }
    }

    private String names() {
        return String.join(", ", byName.keySet());
    }

    private void addUser(Serializer serializer) {
        int id = serializer.id();
        if (id < FIRST_USER_ID || id > LAST_ID) {
            throw new IllegalStateException("The serializer " + serializer.name() + " ("
                    + serializer.getClass().getName() + ") has number " + id + "; numbers of users are 128 to 255.");
        }
        add(serializer);
    }

    private void add(Serializer serializer) {
        Serializer sameId = byId[serializer.id()];
        Serializer sameName = byName.get(serializer.name());
        if (sameId != null || sameName != null) {
            throw new IllegalStateException("Two serializers share a number or a name: "
                    + serializer.getClass().getName() + " has " + serializer.id() + " " + serializer.name()
                    + ", and there are already " + names() + ". Change one of them, or take one off the class path.");
        }
        byId[serializer.id()] = serializer;
        byName.put(serializer.name(), serializer);
    }
}
