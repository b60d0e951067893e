package io.moa.protocol.serialize;

import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.databind.DeserializationContext;
import com.fasterxml.jackson.databind.JsonDeserializer;
import com.fasterxml.jackson.databind.JsonMappingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.KeyDeserializer;
import com.fasterxml.jackson.databind.deser.std.JsonNodeDeserializer;
import com.fasterxml.jackson.databind.deser.std.NumberDeserializers;
import com.fasterxml.jackson.databind.deser.std.StdScalarDeserializer;
import com.fasterxml.jackson.databind.module.SimpleModule;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.fasterxml.jackson.databind.type.LogicalType;
import java.io.IOException;
import java.math.BigDecimal;
import org.jspecify.annotations.Nullable;

/** Jackson's own readers of whatever may be a decimal, and after them the question of {@link Decimals}. Jackson bounds only the digits it sees. */
final class JsonDecimals {

    private JsonDecimals() {}

    static SimpleModule addTo(SimpleModule module) {
        return module.addDeserializer(
                        BigDecimal.class,
                        new Numbers<>(BigDecimal.class, NumberDeserializers.BigDecimalDeserializer.instance))
                // Numbers of what is declared as an object are read by it, too.
                .addDeserializer(
                        Number.class, new Numbers<>(Number.class, NumberDeserializers.NumberDeserializer.instance))
                .addDeserializer(JsonNode.class, new Trees<>(JsonNode.class))
                .addDeserializer(ObjectNode.class, new Trees<>(ObjectNode.class))
                .addDeserializer(ArrayNode.class, new Trees<>(ArrayNode.class))
                .addKeyDeserializer(BigDecimal.class, new Keys());
    }

    private static void check(Object value, @Nullable JsonParser json) throws JsonMappingException {
        if (value instanceof BigDecimal decimal && !Decimals.isBounded(decimal)) {
            throw new JsonMappingException(json, "too long", SerializationException.overLimit(Decimals.TOO_LONG));
        }
    }

    private static final class Numbers<T extends Number> extends StdScalarDeserializer<T> {
        private static final long serialVersionUID = 1L;

        private final transient JsonDeserializer<?> jacksons;

        Numbers(Class<T> type, JsonDeserializer<?> jacksons) {
            super(type);
            this.jacksons = jacksons;
        }

        @Override
        @SuppressWarnings("unchecked")
        public T deserialize(JsonParser json, DeserializationContext context) throws IOException {
            Object value = jacksons.deserialize(json, context);
            if (value != null) {
                check(value, json);
            }
            return (T) value;
        }

        @Override
        public LogicalType logicalType() {
            return jacksons.logicalType();
        }
    }

    private static final class Trees<T extends JsonNode> extends StdScalarDeserializer<T> {
        private static final long serialVersionUID = 1L;

        private final transient JsonDeserializer<? extends JsonNode> jacksons;

        Trees(Class<T> type) {
            super(type);
            this.jacksons = JsonNodeDeserializer.getDeserializer(type);
        }

        @Override
        @SuppressWarnings("unchecked")
        public T deserialize(JsonParser json, DeserializationContext context) throws IOException {
            JsonNode tree = jacksons.deserialize(json, context);
            walk(tree, json);
            return (T) tree;
        }

        private static void walk(JsonNode tree, JsonParser json) throws IOException {
            if (tree.isBigDecimal()) {
                check(tree.decimalValue(), json);
            }
            for (JsonNode each : tree) {
                walk(each, json);
            }
        }

        @Override
        @SuppressWarnings("unchecked")
        public T getNullValue(DeserializationContext context) throws JsonMappingException {
            return (T) jacksons.getNullValue(context);
        }

        @Override
        public @Nullable Object getAbsentValue(DeserializationContext context) throws JsonMappingException {
            return jacksons.getAbsentValue(context);
        }

        @Override
        public LogicalType logicalType() {
            return LogicalType.Untyped;
        }
    }

    private static final class Keys extends KeyDeserializer {
        @Override
        public Object deserializeKey(String key, DeserializationContext context) throws IOException {
            BigDecimal value;
            try {
                value = new BigDecimal(key); // a name is no longer than 1,000 characters
            } catch (NumberFormatException e) {
                return context.handleWeirdKey(BigDecimal.class, key, "no decimal number");
            }
            check(value, context.getParser());
            return value;
        }
    }
}
