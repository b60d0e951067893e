package io.moa.protocol.serialize;

import com.fasterxml.jackson.annotation.JsonFormat;
import com.fasterxml.jackson.annotation.Nulls;
import com.fasterxml.jackson.databind.DeserializationConfig;
import com.fasterxml.jackson.databind.DeserializationContext;
import com.fasterxml.jackson.databind.JavaType;
import com.fasterxml.jackson.databind.JsonDeserializer;
import com.fasterxml.jackson.databind.JsonMappingException;
import com.fasterxml.jackson.databind.deser.AbstractDeserializer;
import com.fasterxml.jackson.databind.deser.BeanDeserializerBase;
import com.fasterxml.jackson.databind.deser.CreatorProperty;
import com.fasterxml.jackson.databind.deser.DefaultDeserializationContext;
import com.fasterxml.jackson.databind.deser.SettableBeanProperty;
import com.fasterxml.jackson.databind.deser.ValueInstantiator;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.jsontype.TypeDeserializer;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.Iterator;
import org.jspecify.annotations.Nullable;

/** What can be read: the schemas of arguments. */
final class JsonReadShapes extends JsonShapes {

    private final DeserializationConfig config;
    private final DeserializationContext context;

    JsonReadShapes(JsonMapper mapper, AllowList allowed, JsonDefinitions names) {
        super(mapper, allowed, names);
        this.config = mapper.getDeserializationConfig();
        this.context = ((DefaultDeserializationContext) mapper.getDeserializationContext()).createDummyInstance(config);
    }

    private JsonDeserializer<?> reader(JavaType type) throws JsonMappingException {
        return context.findContextualValueDeserializer(type, null);
    }

    @Override
    boolean isPlain(JavaType type) throws JsonMappingException {
        return isOurs(reader(type));
    }

    @Override
    boolean isBean(JavaType type) throws JsonMappingException {
        return reader(type) instanceof BeanDeserializerBase bean && bean.getObjectIdReader() == null;
    }

    /** An interface is read as nothing but null, for Jackson would not know what to make. */
    @Override
    @Nullable
    ObjectNode open(JavaType type) throws JsonMappingException {
        if (!(reader(type) instanceof AbstractDeserializer)) {
            return null;
        }
        return JsonScalars.typed("null")
                .put(
                        "description",
                        type.getRawClass().getTypeName() + " is an interface or abstract, and cannot be read");
    }

    @Override
    @Nullable
    Discriminator discriminator(JavaType type) throws JsonMappingException, UnsupportedForm {
        TypeDeserializer types = context.getFactory().findTypeDeserializer(config, type);
        if (types == null) {
            return null;
        }
        if (types.hasDefaultImpl()) {
            throw new UnsupportedForm(); // any id, and none, is then taken
        }
        return discriminator(types.getTypeInclusion(), types.getPropertyName(), types.getTypeIdResolver());
    }

    @Override
    void describe(JavaType type, ObjectNode into) throws JsonMappingException {
        BeanDeserializerBase bean = (BeanDeserializerBase) reader(type);
        ValueInstantiator maker = bean.getValueInstantiator();
        if (maker.canCreateUsingDelegate() || maker.canCreateUsingArrayDelegate()) {
            return; // the form of another type, as the application's code takes it
        }
        ObjectNode object = JsonScalars.typed("object");
        ObjectNode properties = object.putObject("properties");
        ArrayNode required = JsonScalars.empty().arrayNode();
        for (Iterator<SettableBeanProperty> all = bean.properties(); all.hasNext(); ) {
            SettableBeanProperty each = all.next();
            if (each.isIgnorable()) {
                continue;
            }
            properties.set(each.getName(), property(each));
            if (isRequired(each)) {
                required.add(each.getName());
            }
        }
        if (!required.isEmpty()) {
            object.set("required", required);
        }
        ArrayNode forms = scalars(maker);
        if (forms.isEmpty()) {
            into.setAll(object);
        } else {
            into.set("anyOf", forms.add(object));
        }
    }

    private ObjectNode property(SettableBeanProperty property) throws JsonMappingException {
        if (!isReadAsItsType(property)) {
            return JsonScalars.empty();
        }
        ObjectNode schema = of(property.getType());
        return property.getMetadata().getValueNulls() == Nulls.FAIL ? JsonScalars.notNull(schema) : schema;
    }

    /** Whether no annotation on the property changes the form of its type. */
    private boolean isReadAsItsType(SettableBeanProperty property) throws JsonMappingException {
        JavaType type = property.getType();
        JsonFormat.Value format = property.findPropertyFormat(config, type.getRawClass());
        boolean hasSubtypes = context.getFactory().findTypeDeserializer(config, type) != null;
        return !format.hasShape()
                && !format.hasPattern()
                && hasSubtypes == (property.getValueTypeDeserializer() != null)
                && (!property.hasValueDeserializer()
                        || property.getValueDeserializer().getClass()
                                == reader(type).getClass());
    }

    /** Only a constructor misses what is not there; one that has another name is not missed. */
    private boolean isRequired(SettableBeanProperty property) {
        return property instanceof CreatorProperty
                && (property.isRequired() || property.getType().isPrimitive())
                && property.findAliases(config).isEmpty();
    }

    /** What a constructor of one argument takes in place of an object. */
    private static ArrayNode scalars(ValueInstantiator maker) {
        ArrayNode forms = JsonScalars.empty().arrayNode();
        if (maker.canCreateFromString()) {
            forms.add(JsonScalars.typed("string"));
        }
        if (maker.canCreateFromDouble() || maker.canCreateFromBigDecimal()) {
            forms.add(JsonScalars.typed("number"));
        } else if (maker.canCreateFromInt() || maker.canCreateFromLong() || maker.canCreateFromBigInteger()) {
            forms.add(JsonScalars.typed("integer"));
        }
        if (maker.canCreateFromBoolean()) {
            forms.add(JsonScalars.typed("boolean"));
        }
        return forms;
    }
}
