package io.moa.protocol.serialize;

import com.fasterxml.jackson.databind.JavaType;
import com.fasterxml.jackson.databind.cfg.MapperConfig;
import com.fasterxml.jackson.databind.jsontype.PolymorphicTypeValidator;

/**
 * Default typing is off, so names of classes in JSON are plain data. Only a type that its author annotated for
 * polymorphism by class name reads them, and then the allow list judges the name before a class is loaded.
 */
final class JsonTypeNames extends PolymorphicTypeValidator.Base {

    private static final long serialVersionUID = 1L;

    private final transient AllowList allowed;

    JsonTypeNames(AllowList allowed) {
        this.allowed = allowed;
    }

    @Override
    public Validity validateBaseType(MapperConfig<?> config, JavaType base) {
        return Validity.INDETERMINATE;
    }

    @Override
    public Validity validateSubClassName(MapperConfig<?> config, JavaType base, String name) {
        if (!allowed.allows(name)) {
            throw allowed.refusal(name); // Jackson's own error would not say what to do
        }
        return Validity.ALLOWED;
    }

    @Override
    public Validity validateSubType(MapperConfig<?> config, JavaType base, JavaType type) {
        return allowed.allows(type.getRawClass().getName()) ? Validity.ALLOWED : Validity.DENIED;
    }
}
