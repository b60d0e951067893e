package io.moa.testkit.topology;

import io.moa.governance.policy.MethodPolicy;
import io.moa.invoke.Executed;
import io.moa.invoke.Filter;
import io.moa.invoke.Invocation;
import io.moa.invoke.Invoker;
import io.moa.invoke.Reply;
import io.moa.invoke.Status;
import io.moa.testkit.CallAccount;
import io.moa.testkit.CallAccount.Outcome;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.CompletableFuture;

/**
 * Keeps a {@link CallAccount} by itself: one filter at the caller takes the id and records the outcome, one at the server
 * records that the implementation ran. The id travels in an attachment, so it is the same for every attempt of a call.
 */
final class CallBook {

    /** The attachment that carries the id. */
    static final String ID = "moa-testkit-call";

    /** Hears of every call that has ended, on the thread that ended it. */
    @FunctionalInterface
    interface Reader {
        void ended(long id, Invocation call, Reply reply);
    }

    private final CallAccount account = new CallAccount();
    private final Reader reader;

    CallBook(Reader reader) {
        this.reader = reader;
    }

    CallAccount account() {
        return account;
    }

    /** Stands among the caller's filters, which see each call once. */
    CompletableFuture<Reply> atCaller(Invocation call, Invoker next) {
        long id = account.sent(isIdempotent(call));
        Map<String, String> attachments = new HashMap<>(call.hopAttachments());
        attachments.put(ID, Long.toString(id));
        return next.invoke(call.toBuilder().hopAttachments(attachments).build()).whenComplete((reply, broken) -> {
            Reply end = reply != null
                    ? reply
                    : Reply.failure(Status.INTERNAL, Executed.MAYBE, "The route broke its contract: " + broken);
            record(id, end);
            reader.ended(id, call, end);
        });
    }

    /** Stands last among the server's filters, so that what was refused before is not taken for executed. */
    CompletableFuture<Reply> atServer(Invocation call, Invoker next) {
        String id = call.hopAttachments().get(ID);
        if (id == null) {
            return next.invoke(call); // made by a client that keeps no book
        }
        return next.invoke(call).whenComplete((reply, broken) -> {
            // Only the end tells: a call may still be refused while it waits for a worker or is decoded.
            if (!(reply instanceof Reply.Failure failure) || failure.executed() != Executed.NO) {
                account.executed(Long.parseLong(id));
            }
        });
    }

    Filter callerFilter() {
        return this::atCaller;
    }

    Filter serverFilter() {
        return this::atServer;
    }

    private void record(long id, Reply reply) {
        if (!(reply instanceof Reply.Failure failure)) {
            account.ok(id, id); // a reply says nothing of its call's id; wrong answers are for the test to see
        } else if (failure.status() == Status.APPLICATION) {
            account.outcome(id, Outcome.BUSINESS_ERROR);
        } else {
            account.outcome(id, failure.executed() == Executed.NO ? Outcome.REJECTED : Outcome.UNKNOWN);
        }
    }

    private static boolean isIdempotent(Invocation call) {
        MethodPolicy policy = call.attributes().get(MethodPolicy.KEY);
        return policy != null && policy.isIdempotent();
    }
}
