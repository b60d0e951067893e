package io.moa.protocol.serialize;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.StreamReadConstraints;
import com.fasterxml.jackson.core.StreamReadFeature;
import com.fasterxml.jackson.core.StreamWriteConstraints;
import com.fasterxml.jackson.core.json.JsonWriteFeature;
import com.fasterxml.jackson.core.util.JsonRecyclerPools;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JavaType;
import com.fasterxml.jackson.databind.MapperFeature;
import com.fasterxml.jackson.databind.ObjectReader;
import com.fasterxml.jackson.databind.SerializationFeature;
import com.fasterxml.jackson.databind.cfg.CoercionAction;
import com.fasterxml.jackson.databind.cfg.CoercionInputShape;
import com.fasterxml.jackson.databind.cfg.MutableCoercionConfig;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.module.SimpleModule;
import com.fasterxml.jackson.databind.type.LogicalType;
import com.fasterxml.jackson.datatype.jdk8.Jdk8Module;
import com.fasterxml.jackson.datatype.jsr310.JavaTimeModule;
import java.lang.reflect.Type;
import java.util.Collections;
import java.util.Map;
import java.util.UUID;
import java.util.WeakHashMap;

/**
 * What Jackson is told, for each set of allowed classes. Apart from {@link JsonSerializer}, so that a process which speaks no JSON
 * need not load Jackson to start. Safe for many threads.
 */
final class JsonMappers {

    private final SerializationLimits limits;
    private final JsonFactory factory;
    private final Map<AllowList, JsonMapper> mappers = Collections.synchronizedMap(new WeakHashMap<>());

    JsonMappers(SerializationLimits limits) {
        this.limits = limits;
        this.factory = JsonFactory.builder()
                .streamReadConstraints(StreamReadConstraints.builder()
                        .maxNestingDepth(limits.jsonMaxDepth())
                        .maxStringLength(limits.jsonMaxStringChars())
                        .maxNumberLength(limits.jsonMaxNumberChars())
                        .maxNameLength(1_000)
                        .maxTokenCount(10L * limits.maxElements())
                        .build())
                .streamWriteConstraints(StreamWriteConstraints.builder()
                        .maxNestingDepth(limits.jsonMaxDepth())
                        .build())
                .enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION)
                .disable(StreamReadFeature.INCLUDE_SOURCE_IN_LOCATION)
                // Names of untyped maps are a peer's data: interning or caching them would keep them.
                .disable(JsonFactory.Feature.INTERN_FIELD_NAMES)
                // Else an emoji is written as two escapes: twelve bytes for four, which nobody can read.
                .enable(JsonWriteFeature.COMBINE_UNICODE_SURROGATES_IN_UTF8)
                // Not the default pool, which is thread-local.
                .recyclerPool(JsonRecyclerPools.newBoundedPool(
                        Math.max(16, 4 * Runtime.getRuntime().availableProcessors())))
                .build();
    }

    JsonFactory factory() {
        return factory;
    }

    /** How values of a declared type are read and written. */
    JsonValue bind(AllowList allowed, Type type) {
        return bind(mapper(allowed), type);
    }

    JsonMapper mapper(AllowList allowed) {
        return mappers.computeIfAbsent(allowed, this::build);
    }

    private JsonMapper build(AllowList allowed) {
        return JsonMapper.builder(factory)
                .addModule(new JavaTimeModule())
                .addModule(new Jdk8Module())
                .addModule(JsonDecimals.addTo(new SimpleModule("moa"))
                        .addSerializer(String.class, new JsonTextWriter())
                        .addDeserializer(Class.class, new JsonNoClass<>(Class.class))
                        .addDeserializer(JavaType.class, new JsonNoClass<>(JavaType.class))
                        .addKeyDeserializer(Class.class, new JsonNoClassKey())
                        .addKeyDeserializer(JavaType.class, new JsonNoClassKey())
                        .setDeserializerModifier(JsonGuardedSet.modifier(limits.workFor(limits.maxBodyBytes()))))
                .polymorphicTypeValidator(new JsonTypeNames(allowed))
                .disable(SerializationFeature.WRITE_DATES_AS_TIMESTAMPS)
                .disable(SerializationFeature.WRITE_DURATIONS_AS_TIMESTAMPS)
                .disable(SerializationFeature.FAIL_ON_EMPTY_BEANS)
                .disable(DeserializationFeature.FAIL_ON_UNKNOWN_PROPERTIES)
                .disable(DeserializationFeature.ACCEPT_FLOAT_AS_INT)
                .disable(DeserializationFeature.ADJUST_DATES_TO_CONTEXT_TIME_ZONE)
                .enable(DeserializationFeature.FAIL_ON_NULL_FOR_PRIMITIVES)
                .enable(DeserializationFeature.FAIL_ON_NUMBERS_FOR_ENUMS)
                .enable(DeserializationFeature.USE_BIG_DECIMAL_FOR_FLOATS)
                .enable(MapperFeature.BLOCK_UNSAFE_POLYMORPHIC_BASE_TYPES)
                // What a schema refuses is refused. Digits in a text are still a number: some languages have none of 64
                // bits.
                .withCoercionConfig(LogicalType.Textual, JsonMappers::noNumbers)
                .withCoercionConfig(Character.class, JsonMappers::noNumbers)
                .withCoercionConfig(char.class, JsonMappers::noNumbers)
                .withCoercionConfig(LogicalType.Boolean, JsonMappers::noTexts)
                .withCoercionConfig(LogicalType.Integer, JsonMappers::noBlanks)
                .withCoercionConfig(LogicalType.Float, JsonMappers::noBlanks)
                .withCoercionConfig(LogicalType.DateTime, JsonMappers::noBlanks)
                .withCoercionConfig(LogicalType.Enum, JsonMappers::noBlanks)
                .withCoercionConfig(UUID.class, JsonMappers::noBlanks)
                .build();
    }

    private static void noNumbers(MutableCoercionConfig config) {
        config.setCoercion(CoercionInputShape.Integer, CoercionAction.Fail)
                .setCoercion(CoercionInputShape.Float, CoercionAction.Fail)
                .setCoercion(CoercionInputShape.Boolean, CoercionAction.Fail);
    }

    private static void noTexts(MutableCoercionConfig config) {
        noBlanks(config);
        config.setCoercion(CoercionInputShape.String, CoercionAction.Fail)
                .setCoercion(CoercionInputShape.Integer, CoercionAction.Fail);
    }

    private static void noBlanks(MutableCoercionConfig config) {
        config.setCoercion(CoercionInputShape.EmptyString, CoercionAction.Fail).setAcceptBlankAsEmpty(true);
    }

    private static JsonValue bind(JsonMapper mapper, Type type) {
        Class<?> raw = type instanceof Class<?> plain ? plain : Object.class;
        if (raw == void.class || raw == Void.class) {
            return new JsonValue(mapper.readerFor(Void.class), mapper.writer(), "nothing");
        }
        JavaType bound = mapper.getTypeFactory().constructType(type);
        ObjectReader reader = mapper.readerFor(bound);
        // The declared type, not the object's, decides what is written for generic containers; a plain class may be
        // replaced by a subclass with more properties, which the reader skips.
        return new JsonValue(
                reader,
                bound.isContainerType() ? mapper.writerFor(bound) : mapper.writer(),
                bound.getRawClass().getTypeName());
    }
}
