package io.moa.protocol.serialize;

import io.moa.internal.UntrustedText;
import java.lang.reflect.Modifier;
import java.lang.reflect.Proxy;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * The classes that bytes may create, by exact name. Immutable. There is no pattern, no package and no deny list: a class
 * is named here, or it is refused before it is loaded.
 *
 * <p>The list of a service is derived from its declared types ({@link #ofService}). It always holds the value types and
 * collections of the JDK that a serializer carries, each by its own name, and nothing else of the JDK.
 */
public final class AllowList {

    private static final AllowList VALUES =
            new AllowList("", AllowList.class.getClassLoader(), JdkTypes.creatable(), Map.of());

    private final String owner;
    private final ClassLoader loader;
    /** Name to class; the class is absent until first use if only the name was given. */
    private final Map<String, @Nullable Class<?>> creatable;
    /** Types that stand in signatures but are not created as such, such as interfaces: they may be an array's element. */
    private final Map<String, Class<?>> declared;

    private volatile @Nullable HessianTypes hessianTypes;

    private AllowList(
            String owner,
            ClassLoader loader,
            Map<String, @Nullable Class<?>> creatable,
            Map<String, Class<?>> declared) {
        this.owner = owner;
        this.loader = loader;
        this.creatable = creatable;
        this.declared = declared;
    }

    /** Only the value types and collections of the JDK. Always the same list: what codecs make for one is kept by the list, and is large. */
    public static AllowList ofValues() {
        return VALUES;
    }

    /**
     * What a service's exported signatures declare: parameters, results and declared exceptions of all its methods, with
     * generics, arrays, record components and fields walked, {@link io.moa.annotation.SubTypes} of the interface and of
     * every type met, and the permitted classes of sealed types.
     */
    public static AllowList ofService(Class<?> serviceInterface) {
        SignatureWalk walk = new SignatureWalk();
        walk.service(serviceInterface);
        Map<String, @Nullable Class<?>> creatable = JdkTypes.creatable();
        walk.creatable().forEach(type -> creatable.put(type.getName(), type));
        Map<String, Class<?>> declared = new LinkedHashMap<>();
        walk.declared().forEach(type -> declared.put(type.getName(), type));
        ClassLoader loader = serviceInterface.getClassLoader();
        return new AllowList(
                serviceInterface.getName(),
                loader != null ? loader : AllowList.class.getClassLoader(),
                creatable,
                declared);
    }

    /**
     * This list and more classes, with what their fields declare.
     *
     * @throws IllegalArgumentException for a type that bytes can never create: an interface, an abstract class, a proxy, or
     *     one that reaches into the JVM such as {@code java.lang.Class}
     */
    public AllowList plus(Class<?>... types) {
        SignatureWalk walk = new SignatureWalk();
        for (Class<?> type : types) {
            String no = whyNever(type);
            if (no != null) {
                throw new IllegalArgumentException(type.getName() + " cannot be allowed: it is " + no + ".");
            }
            walk.subType(type);
        }
        Map<String, @Nullable Class<?>> more = new LinkedHashMap<>(creatable);
        walk.creatable().forEach(type -> more.put(type.getName(), type));
        Map<String, Class<?>> moreDeclared = new LinkedHashMap<>(declared);
        walk.declared().forEach(type -> moreDeclared.put(type.getName(), type));
        return new AllowList(owner, loader, more, moreDeclared);
    }

    /**
     * This list and more class names, each by itself. The classes are looked for when they are first needed, with the
     * loader of the service interface; nested classes are written with a dollar, as {@link Class#getName} writes them.
     *
     * @throws IllegalArgumentException for what is not the exact name of a class, such as a pattern
     */
    public AllowList plus(String... names) {
        Map<String, @Nullable Class<?>> more = new LinkedHashMap<>(creatable);
        for (String name : names) {
            if (!isClassName(name)) {
                throw new IllegalArgumentException(
                        "\"" + name + "\" is not the exact name of a class; patterns and packages cannot be allowed.");
            }
            if (!more.containsKey(name)) {
                more.put(name, null);
            }
        }
        return new AllowList(owner, loader, more, declared);
    }

    /** Whether bytes may create this class. Loads nothing. */
    public boolean allows(String className) {
        return creatable.containsKey(className);
    }

    /** The names, in the order they were found: the JDK's value types first. */
    public Set<String> names() {
        return java.util.Collections.unmodifiableSet(new LinkedHashSet<>(creatable.keySet()));
    }

    /**
     * The list as text, to be read by people and compared between releases: one name a line, sorted, without the value types
     * of the JDK that every list holds.
     */
    public String asText() {
        StringBuilder text = new StringBuilder();
        Set<String> always = JdkTypes.creatable().keySet();
        creatable.keySet().stream()
                .filter(name -> !always.contains(name))
                .sorted()
                .forEach(name -> text.append(name).append('\n'));
        return text.toString();
    }

    /** The exceptions among the classes; those that were only named are left out until their class is needed. */
    List<Class<?>> exceptions() {
        List<Class<?>> exceptions = new ArrayList<>();
        for (Class<?> type : creatable.values()) {
            if (type != null && Throwable.class.isAssignableFrom(type)) {
                exceptions.add(type);
            }
        }
        return exceptions;
    }

    /** The tables of this list's types for Hessian, made once. */
    HessianTypes hessianTypes() {
        HessianTypes types = hessianTypes;
        if (types == null) {
            synchronized (this) {
                types = hessianTypes;
                if (types == null) {
                    types = new HessianTypes(this);
                    hessianTypes = types;
                }
            }
        }
        return types;
    }

    /** The types that stand in signatures and are not created as such. */
    Set<String> declaredNames() {
        return declared.keySet();
    }

    /** Whether this type stands in a signature, or may be created: then it may be the element type of an array. */
    boolean declares(String className) {
        return creatable.containsKey(className) || declared.containsKey(className);
    }

    /**
     * The class of a name that {@link #declares} holds.
     *
     * @throws SerializationException if the name is not held, or its class is missing or can never be created
     */
    Class<?> resolve(String className) {
        Class<?> type = declared.get(className);
        if (type != null) {
            return type;
        }
        if (!creatable.containsKey(className)) {
            throw refusal(className);
        }
        type = creatable.get(className);
        if (type == null) {
            try {
                type = Class.forName(className, false, loader);
            } catch (ClassNotFoundException | LinkageError e) {
                throw new SerializationException(
                        SerializationException.Reason.REFUSED,
                        className + " is allowed but its class is missing here: add its jar to the class path.",
                        e);
            }
        }
        String no = whyNever(type);
        if (no != null) {
            throw new SerializationException(
                    SerializationException.Reason.REFUSED, className + " was allowed by name, but it is " + no + ".");
        }
        return type;
    }

    /** Like {@link #resolve}, but null where that one throws. */
    @Nullable
    Class<?> find(String className) {
        try {
            return resolve(className);
        } catch (SerializationException e) {
            return null;
        }
    }

    /** The error for a class that is not on this list; its message holds the line to add. */
    SerializationException refusal(String className) {
        if (!isClassName(className)) {
            return SerializationException.refused(
                    "A body names a type of " + className.length() + " characters that is not a class name.");
        }
        String literal = className.replace('$', '.') + ".class";
        return SerializationException.refused(
                "The class " + className + " is not allowed"
                        + (owner.isEmpty() ? "" : " for " + owner)
                        + ". If it belongs there, add @SubTypes(" + literal + ") to the interface, or .withAllowed("
                        + literal
                        + ") to the ExportConfig where it is exported and to the StubConfig where it is called.",
                className,
                owner);
    }

    /** Why bytes can never create this type, whoever allows it; null if they can. */
    static @Nullable String whyNever(Class<?> type) {
        if (type.isInterface()) {
            return "an interface; name the classes that implement it";
        }
        if (type.isArray() || type.isPrimitive()) {
            return "an array or a primitive; name the element class";
        }
        if (Proxy.isProxyClass(type) || type.isHidden()) {
            return "made at run time, and does not exist on the other side";
        }
        if (type == Class.class
                || ClassLoader.class.isAssignableFrom(type)
                || Thread.class.isAssignableFrom(type)
                || java.io.InputStream.class.isAssignableFrom(type)
                || java.io.OutputStream.class.isAssignableFrom(type)) {
            return "a handle to this JVM and not a value";
        }
        if (Modifier.isAbstract(type.getModifiers()) && !type.isEnum()) {
            return "abstract; name the classes that extend it";
        }
        return null;
    }

    /** Whether a text can be the name of a class; also keeps what is printed in messages harmless and short. */
    private static boolean isClassName(String name) {
        if (name.isEmpty() || name.length() > 512) {
            return false;
        }
        boolean start = true;
        for (int i = 0; i < name.length(); i++) {
            char c = name.charAt(i);
            if (c == '.') {
                if (start) {
                    return false;
                }
                start = true;
            } else if (start ? !Character.isJavaIdentifierStart(c) : !Character.isJavaIdentifierPart(c)) {
                return false;
            } else if (UntrustedText.isUnseen(c)) {
                return false;
            } else {
                start = false;
            }
        }
        return !start;
    }
}
