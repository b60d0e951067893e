package io.moa.client.stub;

import io.moa.client.cluster.DirectAnswer;
import io.moa.governance.route.Route;
import io.moa.invoke.Attributes;
import io.moa.invoke.Executed;
import io.moa.invoke.Hints;
import io.moa.invoke.Invocation;
import io.moa.invoke.Reply;
import io.moa.invoke.Status;
import io.moa.protocol.payload.BytesPayload;
import io.moa.protocol.serialize.AllowList;
import io.moa.protocol.serialize.BodyCodec;
import io.moa.protocol.serialize.SerializationException;
import io.moa.protocol.serialize.Serializer;
import io.moa.protocol.serialize.Serializers;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import java.lang.reflect.Type;
import org.jspecify.annotations.Nullable;

/**
 * Makes the reply of a call that a rule answers: the rule's plain value, bound to the result of the method as JSON would be, in the bytes that
 * a server would have sent. Safe for many threads.
 */
public final class RuleAnswer implements DirectAnswer {

    /** The answers of all stubs of a client. */
    public static final RuleAnswer INSTANCE = new RuleAnswer();

    /** Under this key a stub hands a call the form of its method's result. */
    static final Attributes.Key<Form> KEY = new Attributes.Key<>("result form");

    private static final Hints NEVER_RETRY = new Hints(0, true, Hints.UNKNOWN_LOAD);

    /**
     * The result of a method. What JSON needs is made when a rule answers: most methods are never answered so, and a process that speaks no
     * JSON need not load it to start.
     *
     * @param serializers of the runtime
     * @param type the declared result
     * @param allowed which classes it may create
     * @param own writes the result as a server would
     */
    record Form(Serializers serializers, Type type, AllowList allowed, BodyCodec own) {

        ByteBuf encoded(@Nullable Object plain) {
            Serializer json = serializers.require("json");
            ByteBuf text = Unpooled.buffer();
            ByteBuf encoded = Unpooled.buffer();
            try {
                json.result(Object.class, AllowList.ofValues()).encode(plain, text);
                own.encode(json.result(type, allowed).decode(text), encoded);
                return encoded.retain();
            } finally {
                text.release();
                encoded.release();
            }
        }
    }

    private RuleAnswer() {}

    @Override
    public Reply answer(Invocation call, Route.Answered answered) {
        Form form = call.attributes().get(KEY);
        if (form == null) {
            return failure(call, answered, "no stub has made it");
        }
        try {
            return new Reply.Value(new BytesPayload(form.encoded(answered.value())));
        } catch (SerializationException e) {
            return failure(call, answered, "its value does not fit the result of the method: " + e.getMessage());
        }
    }

    private static Reply failure(Invocation call, Route.Answered answered, String why) {
        return Reply.failure(
                        Status.UNSUPPORTED,
                        Executed.NO,
                        call.service() + " " + call.method() + " is to be answered by "
                                + answered.rule().name() + ", but " + why)
                .withHints(NEVER_RETRY);
    }
}
