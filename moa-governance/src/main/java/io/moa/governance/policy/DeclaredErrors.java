package io.moa.governance.policy;

import io.moa.annotation.ErrorCode;
import io.moa.internal.UntrustedText;
import java.lang.reflect.Method;
import org.jspecify.annotations.Nullable;

/**
 * The codes of the exceptions that a method declares. A code is compared by machines, in other languages too, and a link that cuts it or
 * shows it otherwise would make another one of it. Functions without state, for any thread.
 */
public final class DeclaredErrors {

    private static final int MOST_CHARS = 128;

    private DeclaredErrors() {}

    /**
     * Checks what a method declares.
     *
     * @param service the interface
     * @param method one of its methods
     * @throws IllegalArgumentException if an {@code @ErrorCode} is blank, longer than 128 characters or has one that nobody sees; the message
     *     says on which class it stands
     */
    public static void check(Class<?> service, Method method) {
        for (Class<?> declared : method.getExceptionTypes()) {
            ErrorCode code = declared.getAnnotation(ErrorCode.class);
            String wrong = code == null ? null : wrong(code.value());
            if (wrong != null) {
                throw new IllegalArgumentException("@ErrorCode(\""
                        + UntrustedText.shown(code.value(), 40) + "\") on "
                        + owner(declared).getSimpleName() + ", for an exception that " + service.getSimpleName() + "."
                        + method.getName() + " declares, " + wrong + "; expected 1 to " + MOST_CHARS
                        + " characters that can be seen, such as OUT_OF_STOCK");
            }
        }
    }

    private static @Nullable String wrong(String code) {
        if (code.isBlank()) {
            return "names nothing";
        }
        if (code.length() > MOST_CHARS) {
            return "has " + code.length() + " characters";
        }
        int unseen = UntrustedText.firstUnseen(code);
        return unseen < 0 ? null : "has " + UntrustedText.codeAt(code, unseen) + ", which nobody sees";
    }

    /** On which class the annotation stands that a class may have inherited. */
    private static Class<?> owner(Class<?> type) {
        Class<?> owner = type;
        while (owner.getDeclaredAnnotation(ErrorCode.class) == null && owner.getSuperclass() != null) {
            owner = owner.getSuperclass();
        }
        return owner;
    }
}
