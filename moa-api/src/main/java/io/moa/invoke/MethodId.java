package io.moa.invoke;

/**
 * A method of a service, overloads told apart: its name and the erased types of its parameters.
 *
 * @param name the method's name, such as {@code greet}
 * @param signature the parameter types in parentheses, such as {@code (java.lang.String,int)}; arrays are written {@code
 *     byte[]}
 */
public record MethodId(String name, String signature) {

    public MethodId {
        if (name.isEmpty() || signature.length() < 2 || signature.charAt(0) != '(' || !signature.endsWith(")")) {
            throw new IllegalArgumentException("A method is written name(type,type), not " + name + signature);
        }
    }

    /** The id of a method with these erased parameter types. */
    public static MethodId of(String name, Class<?>... parameterTypes) {
        StringBuilder signature = new StringBuilder("(");
        for (int i = 0; i < parameterTypes.length; i++) {
            if (i > 0) {
                signature.append(',');
            }
            signature.append(parameterTypes[i].getTypeName());
        }
        return new MethodId(name, signature.append(')').toString());
    }

    /** Reads {@code name(type,type)}. */
    public static MethodId parse(String text) {
        int open = text.indexOf('(');
        if (open <= 0) {
            throw new IllegalArgumentException("A method is written name(type,type), not " + text);
        }
        return new MethodId(text.substring(0, open), text.substring(open).replace(" ", ""));
    }

    @Override
    public String toString() {
        return name + signature;
    }
}
