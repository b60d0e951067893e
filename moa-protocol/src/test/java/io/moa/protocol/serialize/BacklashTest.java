package io.moa.protocol.serialize;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.moa.invoke.Executed;
import io.moa.invoke.Hints;
import io.moa.invoke.RemoteApplicationException;
import io.moa.invoke.Reply;
import io.moa.invoke.Status;
import io.moa.invoke.ThrownError;
import io.netty.buffer.Unpooled;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** What comes out of users' own code while a body is read: it ends the reading, and nothing else. */
class BacklashTest {

    static final class BrokenInit {
        static final int ZERO = 1 / Integer.parseInt("0");
        int number;
    }

    static final class BrokenAdd extends ArrayList<Object> {
        private static final long serialVersionUID = 1L;

        @Override
        public boolean add(Object element) {
            throw new AssertionError("the value is " + element);
        }
    }

    record Hungry(String text) {
        Hungry {
            throw new OutOfMemoryError("as if");
        }
    }

    static final class Damaged extends Exception {
        private static final long serialVersionUID = 1L;
        BrokenInit init;
    }

    interface Service {
        void call(BrokenInit init, BrokenAdd add, Hungry hungry, Map<Class<?>, String> names) throws Damaged;
    }

    private final AllowList allowed = AllowList.ofService(Service.class);
    private final HessianSerializer hessian = new HessianSerializer();
    private final BodyCodec anything = hessian.result(Object.class, allowed);

    /** An object of a class with one field. */
    private static byte[] object(Class<?> type, String field, int value) {
        return Samples.byHand(out -> {
            int ref = out.writeObjectBegin(type.getName());
            if (ref == -1) {
                out.writeInt(1);
                out.writeString(field);
                out.writeObjectBegin(type.getName());
            }
            out.writeInt(value);
        });
    }

    @Test
    void aClassThatCannotBeInitialisedIsNoErrorOfTheReader() {
        byte[] body = object(BrokenInit.class, "number", 1);
        for (int i = 0; i < 2; i++) { // the second time it is another error
            assertThatThrownBy(() -> Samples.decode(anything, body)).isInstanceOf(SerializationException.class);
        }
    }

    @Test
    void norIsAnErrorThatACollectionThrowsAndItTellsNothingOfTheContent() {
        byte[] body = Samples.byHand(out -> {
            out.writeListBegin(1, BrokenAdd.class.getName());
            out.writeString("secret");
        });
        assertThatThrownBy(() -> Samples.decode(anything, body))
                .isInstanceOf(SerializationException.class)
                .hasMessageNotContaining("secret");
    }

    @Test
    void aJvmWithoutMemoryIsNotTheBodysFault() {
        byte[] body = object(Hungry.class, "text", 1);
        assertThatThrownBy(() -> Samples.decode(
                        hessian.result(Object.class, AllowList.ofService(Hunger.class)), Samples.byHand(out -> {
                            out.writeObjectBegin(Hungry.class.getName());
                            out.writeInt(1);
                            out.writeString("text");
                            out.writeObjectBegin(Hungry.class.getName());
                            out.writeString("x");
                        })))
                .isInstanceOf(OutOfMemoryError.class);
        assertThat(body).isNotEmpty();
    }

    interface Hunger {
        Hungry eat();
    }

    @Test
    void anExceptionWhoseFieldCannotBeMadeIsNamed() {
        ErrorReader reader = ErrorReader.of(new Class<?>[] {Damaged.class}, allowed, hessian);
        ThrownError error = new ThrownError(
                Damaged.class.getName(),
                null,
                null,
                null,
                List.of(),
                List.of(new ThrownError.Field("init", object(BrokenInit.class, "number", 1))),
                null);
        Throwable read = reader.read(
                new Reply.Failure(Status.APPLICATION, Executed.YES, "broken", error, Hints.NONE, null), null);
        assertThat(read).isInstanceOf(RemoteApplicationException.class).hasMessageContaining("broken");
    }

    @Test
    void aMapsKeyIsNoWayToLoadAClass() throws Exception {
        BodyCodec codec = new JsonSerializer()
                .arguments(List.of(Service.class.getDeclaredMethods()[0].getGenericParameterTypes()[3]), allowed);
        assertThatThrownBy(() -> codec.decode(Unpooled.wrappedBuffer(
                        "[{\"javax.swing.JEditorPane\":\"x\"}]".getBytes(StandardCharsets.UTF_8))))
                .isInstanceOf(SerializationException.class)
                .hasMessageContaining("java.lang.Class");
    }
}
