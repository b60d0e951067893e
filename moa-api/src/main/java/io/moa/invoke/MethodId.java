package io.moa.invoke;

/**
 * A method of a service, overloads told apart: its name and the erased types of its parameters. Two forms are for who does not know types: a
 * caller of another language asks for {@linkplain #untyped any method of a name with so many parameters}, and a provider of another
 * language offers {@linkplain #ofAnyParameters a name for whatever parameters}.
 *
 * @param name the method's name, such as {@code greet}
 * @param signature the parameter types in parentheses, such as {@code (java.lang.String,int)}; arrays are written {@code
 *     byte[]}
 */
public record MethodId(String name, String signature) {

    private static final String ANY = "(...)";

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

    /**
     * The only method of a name with so many parameters, whatever their types; the provider finds it. Written {@code reserve(*,*)}, and
     * {@code now()} without parameters.
     *
     * @param parameters 0 to 255
     */
    public static MethodId untyped(String name, int parameters) {
        if (parameters < 0 || parameters > 255) {
            throw new IllegalArgumentException("A method has 0 to 255 parameters, not " + parameters);
        }
        return new MethodId(name, parameters == 0 ? "()" : "(*" + ",*".repeat(parameters - 1) + ")");
    }

    /** A method that is offered for parameters of any types and number. Written {@code reserve(...)}. */
    public static MethodId ofAnyParameters(String name) {
        return new MethodId(name, ANY);
    }

    /** Whether it is offered for parameters of any types and number. */
    public boolean takesAnyParameters() {
        return signature.equals(ANY);
    }

    /** Whether it stands for the only method of its name with so many parameters. */
    public boolean isUntyped() {
        return signature.startsWith("(*");
    }

    /** How many parameters it has; -1 if it {@linkplain #takesAnyParameters takes any}. */
    public int parameterCount() {
        if (takesAnyParameters()) {
            return -1;
        }
        if (signature.length() == 2) {
            return 0;
        }
        int count = 1;
        for (int i = 1; i < signature.length(); i++) {
            count += signature.charAt(i) == ',' ? 1 : 0;
        }
        return count;
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
