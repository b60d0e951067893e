package io.moa.protocol.serialize;

import java.lang.reflect.Type;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * JSON by Jackson: arguments are an array, a result is a value. Bound to declared types only; a key such as {@code @class}
 * is plain data. Dates and times are ISO texts. Properties that a type does not have are skipped.
 *
 * <p>A parameter or result declared {@code Object} takes any JSON: {@code Map}, {@code List}, {@code String}, {@code
 * Boolean}, null, and numbers as {@code Integer}, {@code Long} or {@code BigInteger}, whichever holds them, or {@code
 * BigDecimal}, so that no digit is lost. {@link #untypedArguments} does the same for any number of arguments.
 */
public final class JsonSerializer implements Serializer {

    private final SerializationLimits limits;
    private final @Nullable RefusedNames refused;
    private @Nullable JsonMappers mappers; // made when they are first needed; guarded by this

    /** With default limits. */
    public JsonSerializer() {
        this(SerializationLimits.DEFAULTS);
    }

    public JsonSerializer(SerializationLimits limits) {
        this(limits, null);
    }

    /**
     * With these limits, and notes of the classes that are refused.
     *
     * @param refused takes the names of refused classes; null to take none
     */
    public JsonSerializer(SerializationLimits limits, @Nullable RefusedNames refused) {
        this.limits = limits;
        this.refused = refused;
    }

    @Override
    public int id() {
        return 2;
    }

    @Override
    public String name() {
        return "json";
    }

    @Override
    public BodyCodec arguments(List<? extends Type> parameterTypes, AllowList allowed) {
        return arguments(parameterTypes, null, allowed);
    }

    /** With names, errors say {@code argument 1 "count" (int)}, and without {@code argument 1 (int)}. */
    @Override
    public BodyCodec arguments(
            List<? extends Type> parameterTypes, @Nullable List<String> parameterNames, AllowList allowed) {
        JsonMappers known = mappers();
        JsonValue[] values = new JsonValue[parameterTypes.size()];
        for (int i = 0; i < values.length; i++) {
            values[i] = known.bind(allowed, parameterTypes.get(i));
        }
        return new JsonArgumentsBody(
                known.factory(),
                limits,
                refused,
                values,
                parameterNames == null ? null : List.copyOf(parameterNames),
                known.bind(allowed, Object.class),
                false);
    }

    @Override
    public BodyCodec result(Type type, AllowList allowed) {
        JsonMappers known = mappers();
        return new JsonResultBody(known.factory(), limits, refused, known.bind(allowed, type));
    }

    /**
     * For generic calls, where only the caller of a gateway knows the types: any number of arguments, each any JSON. The
     * value is an {@code Object[]}.
     */
    public BodyCodec untypedArguments() {
        JsonMappers known = mappers();
        JsonValue any = known.bind(AllowList.ofValues(), Object.class);
        return new JsonArgumentsBody(known.factory(), limits, refused, new JsonValue[0], null, any, true);
    }

    /**
     * Describes a service to callers of other languages, as JSON: its methods with a JSON Schema (draft 2020-12) of each parameter and
     * result. Derived from the readers and writers that the codecs use, so what a schema says is what is read and written; where they are
     * the application's own, it says nothing. Reflects, so it is not for the call path.
     */
    public String describe(ServiceForm form) {
        return new JsonServiceSchema(mappers().mapper(form.allowed()), form.allowed())
                .of(form)
                .toString();
    }

    /** Reads requests of callers without the interface, within the same limits. */
    public JsonRequestReader requests() {
        return new JsonRequestReader(limits);
    }

    private synchronized JsonMappers mappers() {
        JsonMappers known = mappers;
        if (known == null) {
            known = new JsonMappers(limits);
            mappers = known;
        }
        return known;
    }
}
