package io.moa.protocol.serialize;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/**
 * Reads each of the names of a file in every place of a body where a name may stand. Run by {@link GadgetNamesTest} in a
 * JVM of its own, whose log tells what was loaded between {@link Begin} and {@link End}. Bodies are made without the
 * library, which loads classes by itself.
 */
final class GadgetChild {

    /** Is loaded when the reading begins. */
    static final class Begin {
        static void now() {}
    }

    /** Is loaded when the reading has ended. */
    static final class End {
        static void now() {}
    }

    /** Is allowed by name and loaded by a body: else the silence about all others would prove nothing. */
    static final class Control {
        int number;
    }

    private GadgetChild() {}

    /** Says how many bodies were refused, or fails. */
    public static void main(String[] args) throws IOException {
        List<String> names = Files.readAllLines(Path.of(args[0]));
        String control = GadgetChild.class.getName() + "$Control";
        BodyCodec codec = new HessianSerializer()
                .result(Object.class, AllowList.ofService(Samples.Shop.class).plus(control));
        Samples.decode(codec, Samples.encode(codec, Samples.user()));
        int refused = 0;
        Begin.now();
        for (String name : names) {
            for (byte[] body : bodies(name)) {
                try {
                    Samples.decode(codec, body);
                    throw new AssertionError(name + " was read");
                } catch (SerializationException e) {
                    if (e.reason() != SerializationException.Reason.REFUSED
                            || !e.getMessage().contains(name)) {
                        throw new AssertionError(name + " was answered with: " + e.getMessage(), e);
                    }
                    refused++;
                }
            }
            if (!(Samples.decode(codec, skipped(name)) instanceof Samples.Car)) {
                throw new AssertionError(name + " in a field that nobody has");
            }
        }
        Object made = Samples.decode(codec, object(control));
        if (!made.getClass().getName().equals(control)) {
            throw new AssertionError("the control was not made");
        }
        End.now();
        System.out.println("refused " + refused);
    }

    private static List<byte[]> bodies(String name) {
        List<byte[]> bodies = new ArrayList<>();
        bodies.add(object(name));
        for (String brackets : List.of("", "[", "[[", "[[[[[[[[")) {
            byte[] type = HessianOut.text(brackets + name);
            bodies.add(bytes(0x71, type, 0x91));
            bodies.add(bytes('V', type, 0x91, 0x91));
            bodies.add(bytes('U', type, 0x91, 'Z'));
        }
        bodies.add(bytes('M', HessianOut.text(name), 0x91, 0x91, 'Z'));
        // An enum's name is read as data, and must not be a way around the list.
        for (String holder : List.of("java.util.EnumSet", "java.util.EnumMap")) {
            bodies.add(bytes(HessianOut.description(holder, new String[] {"type"}), 0x60, HessianOut.text(name)));
        }
        // Inside what is allowed: an argument of a record, an element, a key.
        bodies.add(bytes(
                HessianOut.description(Samples.Page.class.getName(), new String[] {"items"}),
                0x60,
                0x79,
                second(name)));
        bodies.add(bytes('H', object(name), 0x91, 'Z'));
        return bodies;
    }

    private static byte[] object(String name) {
        return bytes(HessianOut.description(name, new String[] {"number", "value"}), 0x60, 0x91, 0x91);
    }

    /** An object of the second class that a body describes. */
    private static byte[] second(String name) {
        return bytes(HessianOut.description(name, new String[] {"number"}), 0x61, 0x91);
    }

    /** An object in a field that the reader does not have; what comes after still counts. */
    private static byte[] skipped(String name) {
        return bytes(
                HessianOut.description(Samples.Car.class.getName(), new String[] {"later", "doors"}),
                0x60,
                second(name),
                0x94);
    }

    private static byte[] bytes(Object... parts) {
        ByteBuf all = Unpooled.buffer();
        for (Object part : parts) {
            if (part instanceof byte[] bytes) {
                all.writeBytes(bytes);
            } else {
                all.writeByte(part instanceof Character letter ? letter : (Integer) part);
            }
        }
        byte[] bytes = new byte[all.readableBytes()];
        all.readBytes(bytes);
        return bytes;
    }
}
