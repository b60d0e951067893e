package io.moa.protocol.frame;

import io.moa.discovery.ServiceId;
import io.moa.invoke.MethodId;
import io.netty.buffer.ByteBuf;

/**
 * What a request calls, and how its body is written.
 *
 * @param service which service
 * @param method which of its methods
 * @param serializer 1 Hessian, 2 JSON, 3 Protobuf, 128 and more the users' own; 0 if not said
 * @param announcement under which the caller has told the next process, an agent, what it decided about the method; empty if the call is for
 *     whom it names
 */
public record Target(ServiceId service, MethodId method, int serializer, String announcement) {

    /** The limit on the name of an announcement, in bytes. */
    static final int MAX_ANNOUNCEMENT_BYTES = 64;

    /** The limit on a method's name and on the types of its parameters, each, in bytes. */
    static final int MAX_METHOD_BYTES = 8 * 1024;

    /** A target of which nothing was announced. */
    public Target(ServiceId service, MethodId method, int serializer) {
        this(service, method, serializer, "");
    }

    private static final int MAX_ID_BYTES = 1024; // ServiceId has tighter limits of its own, in characters

    /**
     * Reads the nested message Target of a call header.
     *
     * @throws HeaderException if it is none, or names no service or method that could exist
     */
    public static Target parse(ByteBuf in, int index, int length) {
        String name = "";
        String group = "";
        String version = "";
        String method = "";
        String signature = "";
        int serializer = 0;
        String announcement = "";
        FieldReader fields = new FieldReader(in, index, length, "Target");
        while (fields.next()) {
            switch (fields.field()) {
                case 1 -> name = fields.word(MAX_ID_BYTES);
                case 2 -> group = fields.word(MAX_ID_BYTES);
                case 3 -> version = fields.word(MAX_ID_BYTES);
                case 4 -> method = fields.word(MAX_METHOD_BYTES);
                case 5 -> signature = fields.word(MAX_METHOD_BYTES);
                case 6 -> serializer = fields.int31();
                case 7 -> announcement = fields.word(MAX_ANNOUNCEMENT_BYTES);
                default -> {} // a newer peer's
            }
        }
        return new Target(service(name, group, version), method(method, signature), serializer, announcement);
    }

    static ServiceId service(String name, String group, String version) {
        try {
            return new ServiceId(name, group, version);
        } catch (IllegalArgumentException e) {
            throw new HeaderException("A service is named with " + name.length() + " characters, in a group of "
                    + group.length() + " and a version of " + version.length()
                    + ": the name needs 1 to 200, the others up to 64, and none has blanks, '/' or ':'");
        }
    }

    private static MethodId method(String name, String signature) {
        try {
            return new MethodId(name, signature);
        } catch (IllegalArgumentException e) {
            throw new HeaderException("A method needs a name and its parameter types in parentheses; found a name of "
                    + name.length() + " characters and types of " + signature.length());
        }
    }
}
