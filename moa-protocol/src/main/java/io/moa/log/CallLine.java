package io.moa.log;

import io.moa.internal.UntrustedText;
import io.moa.invoke.Caller;
import io.moa.invoke.Invocation;
import io.moa.invoke.Ledger;
import io.moa.invoke.Reply;
import io.moa.invoke.Trace;
import java.util.Locale;

/**
 * What a line tells of a call. Never arguments, results or call keys, and no message, as one may quote them: a type tells what was thrown.
 * Names of others are shown without characters that nobody sees.
 *
 * @param atServer whether it was served here; else it was made here
 */
record CallLine(Invocation call, Reply reply, long tookNanos, boolean atServer) {

    private static final int MOST_CHARS = 200;

    @Override
    public String toString() {
        StringBuilder line = new StringBuilder(400);
        line.append(shown(call.service().toString())).append(' ').append(shown("" + call.method()));
        if (reply instanceof Reply.Failure failure) {
            line.append(" failed: ").append(failure.status());
            String type = failure.exceptionType();
            if (type != null) {
                line.append(' ').append(shown(type));
            }
            line.append(
                    switch (failure.executed()) {
                        case NO -> ", not run";
                        case MAYBE -> ", may have run";
                        case YES -> ", has run";
                    });
        } else {
            line.append(" was slow");
        }
        line.append(String.format(Locale.ROOT, ", %.1f ms", tookNanos / 1e6));
        appendPeer(line);
        Trace trace = call.baggage().trace();
        if (trace != null) {
            line.append(", trace ").append(trace.traceId());
        }
        return line.append(" [").append(call.ledger().account()).append(']').toString();
    }

    private void appendPeer(StringBuilder line) {
        Ledger ledger = call.ledger();
        if (atServer) {
            Caller caller = call.caller();
            line.append(", from ")
                    .append(caller.application().isEmpty() ? "an unknown caller" : shown(caller.application()))
                    .append(caller.instance().isEmpty() ? "" : " " + shown(caller.instance()))
                    .append(", attempt ")
                    .append(call.hop().attempt() + 1);
        } else {
            line.append(ledger.sentTo().isEmpty() ? ", sent to nobody" : ", at " + shown(ledger.sentTo()))
                    .append(", attempts ")
                    .append(ledger.timesSent());
        }
    }

    static String shown(String name) {
        return UntrustedText.shown(name, MOST_CHARS);
    }
}
