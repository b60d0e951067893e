package io.moa.protocol.serialize;

import com.fasterxml.jackson.annotation.JsonTypeInfo;
import com.fasterxml.jackson.databind.JavaType;
import com.fasterxml.jackson.databind.JsonMappingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.jsontype.NamedType;
import com.fasterxml.jackson.databind.jsontype.TypeIdResolver;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * The JSON Schemas of types in one direction, as the very readers or writers say that the codec uses. Where those belong to the
 * application, or to an annotation that changes the form, the schema is the one of anything: it never refuses what the codec takes. For
 * one thread.
 */
abstract sealed class JsonShapes permits JsonReadShapes, JsonWriteShapes {

    /**
     * How a type says which of its subtypes a value is.
     *
     * @param property where the value has the id
     * @param ids gives the id of a class
     */
    record Discriminator(String property, TypeIdResolver ids) {}

    final JsonMapper mapper;
    private final AllowList allowed;
    private final JsonDefinitions names;
    private final Map<String, ObjectNode> definitions = new TreeMap<>();

    JsonShapes(JsonMapper mapper, AllowList allowed, JsonDefinitions names) {
        this.mapper = mapper;
        this.allowed = allowed;
        this.names = names;
    }

    /** The schemas to which others refer, by name. */
    Map<String, ObjectNode> definitions() {
        return definitions;
    }

    /** Whether Jackson itself reads or writes the type, in a form that is known by the type alone. */
    abstract boolean isPlain(JavaType type) throws JsonMappingException;

    /** Whether the type's values are objects with properties. */
    abstract boolean isBean(JavaType type) throws JsonMappingException;

    /** Describes such a type into its definition. */
    abstract void describe(JavaType bean, ObjectNode into) throws JsonMappingException;

    /** What a type with subtypes is without knowing which; null if values of any form may stand there. */
    abstract @Nullable ObjectNode open(JavaType type) throws JsonMappingException;

    /**
     * How subtypes are told apart; null if they are not.
     *
     * @throws UnsupportedForm if they are, in another way than by a property
     */
    abstract @Nullable Discriminator discriminator(JavaType type) throws JsonMappingException, UnsupportedForm;

    /** Says that a form is carried that is not described. */
    static final class UnsupportedForm extends Exception {
        private static final long serialVersionUID = 1L;
    }

    /** The schema of a value at a place of this type, which may be null unless the type is a primitive. */
    ObjectNode of(JavaType type) throws JsonMappingException {
        if (type.getRawClass() == void.class || type.getRawClass() == Void.class) {
            return JsonScalars.typed("null");
        }
        ObjectNode schema = value(type);
        return type.isPrimitive() ? schema : JsonScalars.orNull(schema);
    }

    private ObjectNode value(JavaType type) throws JsonMappingException {
        if (type.isJavaLangObject() || !isPlain(type)) {
            return JsonScalars.empty();
        }
        ObjectNode scalar = JsonScalars.of(type.getRawClass());
        if (scalar != null) {
            return scalar;
        }
        if (type.isReferenceType()) {
            return of(type.getReferencedType());
        }
        if (type.isEnumType()) {
            return reference(type, this::describeEnum);
        }
        if (type.isMapLikeType()) {
            return map(type);
        }
        if (type.isContainerType()) {
            return JsonScalars.typed("array").set("items", of(type.getContentType()));
        }
        Discriminator discriminator;
        try {
            discriminator = discriminator(type);
        } catch (UnsupportedForm e) {
            return JsonScalars.empty();
        }
        if (discriminator != null) {
            return oneOf(type, discriminator);
        }
        ObjectNode open = open(type);
        return open != null ? open : isBean(type) ? reference(type, this::describe) : JsonScalars.empty();
    }

    private ObjectNode map(JavaType type) throws JsonMappingException {
        ObjectNode schema = JsonScalars.typed("object");
        JavaType key = type.getKeyType();
        if (key.isEnumType() && isPlain(key)) {
            schema.set("propertyNames", reference(key, this::describeEnum));
        }
        return schema.set("additionalProperties", of(type.getContentType()));
    }

    /** Fills a definition. */
    private interface Filling {
        void into(JavaType type, ObjectNode definition) throws JsonMappingException;
    }

    private ObjectNode reference(JavaType type, Filling filling) throws JsonMappingException {
        String name = names.of(type);
        if (!definitions.containsKey(name)) {
            ObjectNode definition = JsonScalars.empty();
            definitions.put(name, definition); // before what it holds, which may hold it again
            filling.into(type, definition);
        }
        return JsonDefinitions.reference(name);
    }

    /** Constants are read as they are written, whatever annotations call them. */
    private void describeEnum(JavaType type, ObjectNode into) {
        ArrayNode constants = into.putArray("enum");
        for (Object constant : type.getRawClass().getEnumConstants()) {
            constants.add(mapper.<JsonNode>valueToTree(constant));
        }
    }

    private ObjectNode oneOf(JavaType base, Discriminator discriminator) throws JsonMappingException {
        ObjectNode either = JsonScalars.empty();
        ArrayNode all = either.putArray("anyOf");
        for (Map.Entry<String, Class<?>> each :
                subtypes(base, discriminator.ids()).entrySet()) {
            JavaType type = mapper.getTypeFactory().constructSpecializedType(base, each.getValue());
            if (isPlain(type) && isBean(type)) {
                ObjectNode one = reference(type, this::describe);
                one.putObject("properties").putObject(discriminator.property()).put("const", each.getKey());
                one.putArray("required").add(discriminator.property());
                all.add(one);
            }
        }
        return all.isEmpty() ? JsonScalars.typed("null") : either;
    }

    /** By their ids: those to which annotations give a name, or where classes are named, those that the service allows. */
    private Map<String, Class<?>> subtypes(JavaType base, TypeIdResolver ids) {
        Map<String, Class<?>> all = new TreeMap<>();
        if (ids.getMechanism() == JsonTypeInfo.Id.NAME || ids.getMechanism() == JsonTypeInfo.Id.SIMPLE_NAME) {
            for (NamedType each : mapper.getSubtypeResolver()
                    .collectAndResolveSubtypesByTypeId(
                            mapper.getDeserializationConfig(),
                            mapper.getDeserializationConfig()
                                    .introspectClassAnnotations(base)
                                    .getClassInfo())) {
                if (each.hasName()) {
                    all.put(each.getName(), each.getType());
                }
            }
        } else {
            for (String name : allowed.names()) {
                Class<?> type = allowed.find(name);
                if (type != null && base.getRawClass().isAssignableFrom(type)) {
                    all.put(ids.idFromValueAndType(null, type), type);
                }
            }
        }
        all.values().removeIf(each -> AllowList.whyNever(each) != null);
        return all;
    }

    static Discriminator discriminator(JsonTypeInfo.As inclusion, @Nullable String property, TypeIdResolver ids)
            throws UnsupportedForm {
        boolean byProperty = inclusion == JsonTypeInfo.As.PROPERTY || inclusion == JsonTypeInfo.As.EXISTING_PROPERTY;
        if (!byProperty || property == null || ids.getMechanism() == JsonTypeInfo.Id.CUSTOM) {
            throw new UnsupportedForm();
        }
        return new Discriminator(property, ids);
    }

    /** Whether a reader or writer is of Jackson or ours, and not of the application. */
    static boolean isOurs(Object part) {
        String name = part.getClass().getName();
        return name.startsWith("com.fasterxml.jackson.") || name.startsWith("io.moa.protocol.");
    }
}
