package io.moa.micrometer;

import io.moa.discovery.ServiceId;
import io.moa.invoke.Caller;
import io.moa.invoke.Executed;
import io.moa.invoke.Invocation;
import io.moa.invoke.Ledger;
import io.moa.invoke.MethodId;
import io.moa.invoke.Payload;
import io.moa.invoke.Phase;
import io.moa.invoke.Reply;
import io.moa.invoke.Status;

/** Calls as an observer is told of them. */
final class Told {

    static final ServiceId SERVICE = ServiceId.of("shop.Stock");
    static final MethodId METHOD = MethodId.parse("count()");
    static final Reply DONE = new Reply.Value(Payload.EMPTY);

    private Told() {}

    static Invocation call() {
        return callOf("web");
    }

    static Invocation callOf(String application) {
        return Invocation.of(SERVICE, METHOD, ofSize(100), new Ledger(Phase.CLIENT_QUEUE, 0))
                .caller(new Caller(application, ""))
                .build();
    }

    static Reply failed(Status status) {
        return Reply.failure(status, Executed.NO, "no");
    }

    static Payload ofSize(int bytes) {
        return new Payload() {
            @Override
            public Payload retain() {
                return this;
            }

            @Override
            public void release() {}

            @Override
            public int sizeBytes() {
                return bytes;
            }
        };
    }
}
