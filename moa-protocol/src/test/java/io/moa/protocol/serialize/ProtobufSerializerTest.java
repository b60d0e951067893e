package io.moa.protocol.serialize;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.google.protobuf.Empty;
import com.google.protobuf.ListValue;
import com.google.protobuf.Message;
import com.google.protobuf.MessageLite;
import com.google.protobuf.StringValue;
import com.google.protobuf.Struct;
import com.google.protobuf.Timestamp;
import com.google.protobuf.Value;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

class ProtobufSerializerTest {

    private final ProtobufSerializer protobuf = new ProtobufSerializer();
    private final AllowList none = AllowList.ofValues();

    private static Struct struct() {
        return Struct.newBuilder()
                .putFields("name", Value.newBuilder().setStringValue("Zoë").build())
                .putFields(
                        "list",
                        Value.newBuilder()
                                .setListValue(ListValue.newBuilder()
                                        .addValues(Value.newBuilder().setNumberValue(1.5)))
                                .build())
                .build();
    }

    @Test
    void carriesMessages() {
        for (MessageLite message : List.of(
                struct(),
                StringValue.of("hello"),
                Timestamp.newBuilder().setSeconds(-1).setNanos(5).build())) {
            assertThat(Samples.roundTrip(protobuf.result(message.getClass(), none), message))
                    .isEqualTo(message);
            assertThat((Object[]) Samples.roundTrip(
                            protobuf.arguments(List.of(message.getClass()), none), new Object[] {message}))
                    .containsExactly(message);
        }
    }

    @Test
    void carriesEmptyMessagesInNoBytes() {
        BodyCodec codec = protobuf.result(Empty.class, none);
        assertThat(Samples.encode(codec, Empty.getDefaultInstance())).isEmpty();
        assertThat(Samples.decode(codec, new byte[0])).isEqualTo(Empty.getDefaultInstance());
        assertThat(Samples.roundTrip(protobuf.result(StringValue.class, none), StringValue.of("")))
                .isEqualTo(StringValue.of(""));
    }

    @Test
    void saysAtStartWhatItExpects() {
        for (List<Class<?>> parameters : List.<List<Class<?>>>of(
                List.of(),
                List.of(String.class),
                List.of(StringValue.class, StringValue.class),
                List.of(Message.class))) {
            assertThatThrownBy(() -> protobuf.arguments(parameters, none))
                    .isInstanceOf(SerializationException.class)
                    .hasMessageContaining("Protobuf expects")
                    .hasMessageContaining("choose another serializer");
        }
        assertThatThrownBy(() -> protobuf.result(void.class, none)).hasMessageContaining("com.google.protobuf.Empty");
        assertThatThrownBy(() -> protobuf.result(MessageLite.class, none)).hasMessageContaining("generated message");
    }

    @Test
    void saysThatNullAndOtherMessagesDoNotTravel() {
        BodyCodec codec = protobuf.result(StringValue.class, none);
        assertThatThrownBy(() -> Samples.encode(codec, null))
                .isInstanceOf(SerializationException.class)
                .hasMessageContaining("no null");
        assertThatThrownBy(() -> Samples.encode(codec, Empty.getDefaultInstance()))
                .isInstanceOf(SerializationException.class)
                .hasMessageContaining("StringValue");
    }

    @Test
    void limitsDepth() {
        Value value = Value.newBuilder().setNumberValue(1).build();
        for (int i = 0; i < 40; i++) {
            value = Value.newBuilder()
                    .setListValue(ListValue.newBuilder().addValues(value))
                    .build();
        }
        Value deep = value;
        BodyCodec codec = protobuf.result(Value.class, none);
        byte[] body = Samples.encode(codec, deep);
        assertThatThrownBy(() -> Samples.decode(codec, body))
                .isInstanceOf(SerializationException.class)
                .hasMessageContaining("64 levels");
        byte[] groups = new byte[100_000];
        Arrays.fill(groups, (byte) 0x13);
        assertThatThrownBy(() -> Samples.decode(codec, groups)).isInstanceOf(SerializationException.class);
    }

    @Test
    void refusesBytesAfterTheMessage() {
        BodyCodec codec = protobuf.result(StringValue.class, none);
        byte[] strayEndOfGroup = HexFormat.of().parseHex("0a016114");
        assertThatThrownBy(() -> Samples.decode(codec, strayEndOfGroup)).isInstanceOf(SerializationException.class);
    }

    @Test
    void answersEveryMutationWithAnErrorOrAValue() {
        BodyCodec codec = protobuf.result(Struct.class, none);
        byte[] body = Samples.encode(codec, struct());
        SplittableRandom random = new SplittableRandom(3);
        for (int i = 0; i < 50_000; i++) {
            byte[] mutated = Arrays.copyOf(body, 1 + random.nextInt(body.length));
            mutated[random.nextInt(mutated.length)] = (byte) random.nextInt(256);
            try {
                assertThat(Samples.decode(codec, mutated)).isInstanceOf(Struct.class);
            } catch (SerializationException e) {
                // As it should be.
            }
        }
    }
}
