package io.moa.protocol.serialize;

import com.fasterxml.jackson.databind.JavaType;
import com.fasterxml.jackson.databind.JsonMappingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.lang.reflect.Type;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;

/** A service for callers of other languages: its methods with a JSON Schema of each parameter and result. For one thread. */
final class JsonServiceSchema {

    private final JsonMapper mapper;
    private final JsonDefinitions names = new JsonDefinitions();
    private final JsonReadShapes read;
    private final JsonWriteShapes written;

    JsonServiceSchema(JsonMapper mapper, AllowList allowed) {
        this.mapper = mapper;
        this.read = new JsonReadShapes(mapper, allowed, names);
        this.written = new JsonWriteShapes(mapper, allowed, names);
    }

    ObjectNode of(ServiceForm form) {
        ObjectNode service = JsonScalars.empty();
        service.put("$schema", "https://json-schema.org/draft/2020-12/schema");
        service.put("service", form.service().toString());
        ArrayNode methods = service.putArray("methods");
        List<JsonNode> results = new ArrayList<>();
        List<ServiceForm.Method> sorted = new ArrayList<>(form.methods());
        sorted.sort(Comparator.comparing(each -> each.named().id().toString())); // reflection has no order
        for (ServiceForm.Method each : sorted) {
            ObjectNode method = methods.addObject();
            method.put("name", each.named().id().name());
            if (each.named().id().takesAnyParameters()) {
                method.put("typed", false); // what it takes is decided in a process that tells no types
            } else {
                method.put("signature", each.named().id().signature());
            }
            try {
                if (each.named().parameterCount() >= 0) {
                    parameters(each, method.putArray("parameters"));
                }
                ObjectNode result = written.of(type(each.result()));
                method.set("result", result);
                results.add(result);
            } catch (JsonMappingException | IllegalArgumentException | StackOverflowError e) {
                // Jackson makes no sense of one of its types, or finds no end of it.
                method.remove(List.of("parameters", "result"));
                method.put(
                        "unsupported",
                        "JSON cannot carry this method: a type of its signature cannot be read or written");
            }
        }
        ObjectNode definitions = service.putObject("$defs");
        definitions.setAll(names.merged(read.definitions(), written.definitions(), results));
        return service;
    }

    private void parameters(ServiceForm.Method method, ArrayNode into) throws JsonMappingException {
        List<String> known = method.named().parameterNames();
        for (int i = 0; i < method.parameters().size(); i++) {
            ObjectNode parameter = into.addObject();
            if (known != null) {
                parameter.put("name", known.get(i));
            }
            parameter.set("schema", read.of(type(method.parameters().get(i))));
        }
    }

    private JavaType type(Type type) {
        return mapper.getTypeFactory().constructType(type);
    }
}
