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
import io.moa.protocol.serialize.RuleText;
import io.moa.protocol.serialize.SerializationException;
import io.moa.protocol.serialize.Serializer;
import io.moa.protocol.serialize.Serializers;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import java.lang.reflect.Type;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Makes the reply of a call that a rule answers: the rule's plain value, bound to the result of the method as JSON would be, in the bytes that
 * a server would have sent. The answers of all stubs of a client.
 *
 * <p>A value that does not fit is the operator's mistake, and the call fails. Its caller may never see that, if the method is failsafe or has a
 * fallback; so the log is told of it, once for each rule and method, in up to {@value #MOST_TOLD} lines.
 *
 * <p>Safe for many threads.
 */
public final class RuleAnswer implements DirectAnswer {

    private static final Logger LOG = LoggerFactory.getLogger(RuleAnswer.class);
    private static final int MOST_TOLD = 1_000;

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

        /** Why a plain value is no such result, for people; null if it is. */
        @Nullable
        String misfit(@Nullable Object plain) {
            try {
                encoded(plain).release();
                return null;
            } catch (SerializationException e) {
                return String.valueOf(e.getMessage());
            }
        }

        /** As {@link #misfit(Object)}, of a plain value that is written as JSON. */
        @Nullable
        String misfitOfJson(String text) {
            try {
                return misfit(RuleText.read(text));
            } catch (IllegalArgumentException e) {
                return String.valueOf(e.getMessage());
            }
        }

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

    private final Consumer<String> warning;
    private final Set<String> told = ConcurrentHashMap.newKeySet();

    /** None yet. */
    public RuleAnswer() {
        this(LOG::warn);
    }

    /**
     * None yet.
     *
     * @param warning is told of values that do not fit; by any thread, which it must not block
     */
    RuleAnswer(Consumer<String> warning) {
        this.warning = warning;
    }

    @Override
    public Reply answer(Invocation call, Route.Answered answered) {
        Form form = call.attributes().get(KEY);
        if (form == null) {
            return failure(call, answered, "no stub has made it");
        }
        try {
            return new Reply.Value(new BytesPayload(form.encoded(answered.value())));
        } catch (SerializationException e) {
            Reply.Failure failure =
                    failure(call, answered, "its value does not fit the result of the method: " + e.getMessage());
            warn(call, answered, failure.message());
            return failure;
        }
    }

    private void warn(Invocation call, Route.Answered answered, String why) {
        String of = call.service() + " " + call.method() + " " + answered.rule().name();
        if (told.size() < MOST_TOLD && told.add(of)) {
            warning.accept(
                    why + ". Such calls fail; where on-failure is failsafe, or a fallback answers, their callers do"
                            + " not see it. Give the rule a value that fits, or name in its \"when\" the methods that it is for");
        }
    }

    private static Reply.Failure failure(Invocation call, Route.Answered answered, String why) {
        return Reply.failure(
                        Status.UNSUPPORTED,
                        Executed.NO,
                        call.service() + " " + call.method() + " is to be answered by "
                                + answered.rule().name() + ", but " + why)
                .withHints(NEVER_RETRY);
    }
}
