package io.moa.protocol.serialize;

import io.moa.invoke.MethodId;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A method with what callers without its interface may call its parameters. Immutable.
 *
 * @param id the method
 * @param parameterNames one for each parameter, in order; null if they are not known. Of a method {@linkplain
 *     MethodId#takesAnyParameters for any parameters} they say how many it takes
 */
public record NamedMethod(MethodId id, @Nullable List<String> parameterNames) {

    public NamedMethod {
        parameterNames = parameterNames == null ? null : List.copyOf(parameterNames);
        if (parameterNames != null && !id.takesAnyParameters() && parameterNames.size() != id.parameterCount()) {
            throw new IllegalArgumentException(id + " has " + id.parameterCount() + " parameters, and not the names "
                    + String.join(", ", parameterNames));
        }
    }

    /** How many parameters the method has; -1 if nobody knows. */
    public int parameterCount() {
        return parameterNames != null ? parameterNames.size() : id.parameterCount();
    }

    /** With the names if they are known: {@code reserve(java.lang.String item, int count)}. */
    @Override
    public String toString() {
        if (parameterNames == null || parameterNames.isEmpty()) {
            return id.toString();
        }
        if (id.takesAnyParameters()) {
            return id.name() + "(" + String.join(", ", parameterNames) + ")";
        }
        String types = id.signature();
        StringBuilder text = new StringBuilder(id.name()).append('(');
        int from = 1;
        for (int i = 0; i < parameterNames.size(); i++) {
            int to = types.indexOf(',', from);
            text.append(i == 0 ? "" : ", ")
                    .append(types, from, to < 0 ? types.length() - 1 : to)
                    .append(' ')
                    .append(parameterNames.get(i));
            from = to + 1;
        }
        return text.append(')').toString();
    }
}
