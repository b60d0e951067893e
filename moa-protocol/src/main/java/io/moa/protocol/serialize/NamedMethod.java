package io.moa.protocol.serialize;

import io.moa.invoke.MethodId;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A method with what callers without its interface may call its parameters. Immutable.
 *
 * @param id the method
 * @param parameterNames one for each parameter, in order; null if they are not known
 */
public record NamedMethod(MethodId id, @Nullable List<String> parameterNames) {

    public NamedMethod {
        parameterNames = parameterNames == null ? null : List.copyOf(parameterNames);
        if (parameterNames != null && parameterNames.size() != parameterCount(id)) {
            throw new IllegalArgumentException(id + " has " + parameterCount(id) + " parameters, and not the names "
                    + String.join(", ", parameterNames));
        }
    }

    /** How many parameters the method has. */
    public int parameterCount() {
        return parameterCount(id);
    }

    private static int parameterCount(MethodId id) {
        String types = id.signature();
        if (types.length() == 2) {
            return 0;
        }
        int count = 1;
        for (int i = 1; i < types.length(); i++) {
            count += types.charAt(i) == ',' ? 1 : 0;
        }
        return count;
    }

    /** With the names if they are known: {@code reserve(java.lang.String item, int count)}. */
    @Override
    public String toString() {
        if (parameterNames == null || parameterNames.isEmpty()) {
            return id.toString();
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
