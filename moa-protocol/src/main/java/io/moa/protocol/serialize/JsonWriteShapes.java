package io.moa.protocol.serialize;

import com.fasterxml.jackson.annotation.JsonFormat;
import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.databind.JavaType;
import com.fasterxml.jackson.databind.JsonMappingException;
import com.fasterxml.jackson.databind.JsonSerializer;
import com.fasterxml.jackson.databind.SerializationConfig;
import com.fasterxml.jackson.databind.SerializerProvider;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.jsontype.TypeSerializer;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.fasterxml.jackson.databind.ser.BeanPropertyWriter;
import com.fasterxml.jackson.databind.ser.PropertyWriter;
import com.fasterxml.jackson.databind.ser.std.BeanSerializerBase;
import java.util.Iterator;
import org.jspecify.annotations.Nullable;

/** What is written: the schemas of results. */
final class JsonWriteShapes extends JsonShapes {

    private final SerializationConfig config;
    private final SerializerProvider provider;

    JsonWriteShapes(JsonMapper mapper, AllowList allowed, JsonDefinitions names) {
        super(mapper, allowed, names);
        this.config = mapper.getSerializationConfig();
        this.provider = mapper.getSerializerProviderInstance();
    }

    private JsonSerializer<?> writer(JavaType type) throws JsonMappingException {
        return provider.findValueSerializer(type);
    }

    @Override
    boolean isPlain(JavaType type) throws JsonMappingException {
        return isOurs(writer(type));
    }

    @Override
    boolean isBean(JavaType type) throws JsonMappingException {
        return writer(type) instanceof BeanSerializerBase bean && !bean.usesObjectId();
    }

    /** Behind an interface stands an object of any class, which is written as that class is. */
    @Override
    @Nullable
    ObjectNode open(JavaType type) {
        return type.isConcrete() ? null : JsonScalars.empty();
    }

    @Override
    @Nullable
    Discriminator discriminator(JavaType type) throws JsonMappingException, UnsupportedForm {
        TypeSerializer types = provider.findTypeSerializer(type);
        return types == null
                ? null
                : discriminator(types.getTypeInclusion(), types.getPropertyName(), types.getTypeIdResolver());
    }

    @Override
    void describe(JavaType type, ObjectNode into) throws JsonMappingException {
        into.put("type", "object");
        ObjectNode properties = into.putObject("properties");
        ArrayNode required = JsonScalars.empty().arrayNode();
        for (Iterator<PropertyWriter> all = ((BeanSerializerBase) writer(type)).properties(); all.hasNext(); ) {
            PropertyWriter each = all.next();
            properties.set(each.getName(), property(each));
            if (each.getType().isPrimitive() && isAlwaysWritten(each)) {
                required.add(each.getName());
            }
        }
        if (!required.isEmpty()) {
            into.set("required", required);
        }
    }

    private boolean isAlwaysWritten(PropertyWriter property) {
        JsonInclude.Include said = property.findPropertyInclusion(
                        config, property.getType().getRawClass())
                .getValueInclusion();
        return said == JsonInclude.Include.ALWAYS || said == JsonInclude.Include.USE_DEFAULTS;
    }

    private ObjectNode property(PropertyWriter property) throws JsonMappingException {
        return isWrittenAsItsType(property) ? of(property.getType()) : JsonScalars.empty();
    }

    /** Whether no annotation on the property changes the form of its type. */
    private boolean isWrittenAsItsType(PropertyWriter property) throws JsonMappingException {
        JavaType type = property.getType();
        JsonFormat.Value format = property.findPropertyFormat(config, type.getRawClass());
        return !format.hasShape()
                && !format.hasPattern()
                && property instanceof BeanPropertyWriter writer
                && (writer.getSerializer() == null
                        || writer.getSerializer().getClass() == writer(type).getClass());
    }
}
