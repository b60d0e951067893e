package io.moa.server.dispatch;

import io.moa.invoke.Executed;
import io.moa.invoke.Invocation;
import io.moa.invoke.Invoker;
import io.moa.invoke.Reply;
import io.moa.invoke.Status;
import io.moa.invoke.Ticker;
import java.util.concurrent.CompletableFuture;

/**
 * The end of the server's route: hands a call to the thread on which its implementation runs, or runs it here if the
 * method is declared non-blocking. Safe for many threads.
 */
public final class Dispatcher implements Invoker {

    private final Ticker ticker;
    private final ServiceTable services;
    private final int maxReplyBytes;

    /**
     * Makes the end of a route.
     *
     * @param services what is exported, for the message to a caller who asks for something else
     * @param maxReplyBytes the largest reply body
     */
    public Dispatcher(ServiceTable services, Ticker ticker, int maxReplyBytes) {
        this.services = services;
        this.ticker = ticker;
        this.maxReplyBytes = maxReplyBytes;
    }

    @Override
    public CompletableFuture<Reply> invoke(Invocation call) {
        ExportedMethod method = call.attributes().get(ExportedMethod.KEY);
        if (method == null) {
            Refusal known = call.attributes().get(Refusal.KEY);
            return known != null
                    ? refuse(known.status(), known.why())
                    : refuse(Status.UNIMPLEMENTED, services.whyUnknown(call.service(), call.method()));
        }
        Invoker relay = call.attributes().get(ExportedMethod.RELAY);
        if (relay != null) {
            return relay.invoke(call);
        }
        ExportedMethod.Codecs codecs = call.attributes().get(ExportedMethod.CODECS);
        if (codecs == null) {
            return refuse(
                    Status.UNSUPPORTED,
                    method + " is not offered in the serializer of this call; it is offered in the numbers "
                            + method.serializers() + " (1 hessian, 2 json, 3 protobuf)");
        }
        ServedCall served = new ServedCall(call, method, codecs, services, ticker, maxReplyBytes);
        WorkerPool workers = method.workers();
        if (workers == null) {
            served.run();
        } else {
            workers.serve(served);
        }
        return served.reply();
    }

    private static CompletableFuture<Reply> refuse(Status status, String message) {
        return CompletableFuture.completedFuture(Reply.failure(status, Executed.NO, message));
    }
}
