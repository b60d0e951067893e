package io.moa.invoke;

import io.moa.discovery.ServiceId;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * One call: what to call, with what, until when, for whom. Immutable; filters pass changed copies on. Two things hang on
 * it that do change, because they belong to the call and not to a stage: its {@link Cancellation} and its {@link Ledger}.
 * Copies share both.
 */
public final class Invocation {

    private final ServiceId service;
    private final MethodId method;
    private final Payload payload;
    private final boolean oneWay;
    private final Deadline deadline;
    private final Caller caller;
    private final Baggage baggage;
    private final @Nullable String idempotencyKey;
    private final Map<String, String> callKeys;
    private final Map<String, String> hopAttachments;
    private final Hop hop;
    private final Attributes attributes;
    private final Cancellation cancellation;
    private final Ledger ledger;

    private Invocation(Builder builder) {
        this.service = builder.service;
        this.method = builder.method;
        this.payload = builder.payload;
        this.oneWay = builder.oneWay;
        this.deadline = builder.deadline;
        this.caller = builder.caller;
        this.baggage = builder.baggage;
        this.idempotencyKey = builder.idempotencyKey;
        this.callKeys = builder.callKeys;
        this.hopAttachments = builder.hopAttachments;
        this.hop = builder.hop;
        this.attributes = builder.attributes;
        this.cancellation = builder.cancellation;
        this.ledger = builder.ledger;
    }

    /** Begins an invocation with an own cancellation and every optional part empty. */
    public static Builder of(ServiceId service, MethodId method, Payload payload, Ledger ledger) {
        return new Builder(service, method, payload, ledger);
    }

    /** Begins a copy. */
    public Builder toBuilder() {
        return new Builder(this);
    }

    public ServiceId service() {
        return service;
    }

    public MethodId method() {
        return method;
    }

    /** The arguments. See {@link Invoker} for who owns them. */
    public Payload payload() {
        return payload;
    }

    /** Whether the caller wants no reply. Its future completes when the bytes have left the process. */
    public boolean oneWay() {
        return oneWay;
    }

    public Deadline deadline() {
        return deadline;
    }

    public Caller caller() {
        return caller;
    }

    /** What travels on to further hops. */
    public Baggage baggage() {
        return baggage;
    }

    /** Names this call among its repetitions, so that a server runs it once; or null. */
    public @Nullable String idempotencyKey() {
        return idempotencyKey;
    }

    /** Values of declared argument paths, for rules that match on arguments. */
    public Map<String, String> callKeys() {
        return callKeys;
    }

    /** Small texts for the next hop only. */
    public Map<String, String> hopAttachments() {
        return hopAttachments;
    }

    public Hop hop() {
        return hop;
    }

    /** Facts for other stages in this process. */
    public Attributes attributes() {
        return attributes;
    }

    public Cancellation cancellation() {
        return cancellation;
    }

    public Ledger ledger() {
        return ledger;
    }

    public Invocation withDeadline(Deadline newDeadline) {
        return newDeadline.equals(deadline)
                ? this
                : toBuilder().deadline(newDeadline).build();
    }

    public Invocation withHop(Hop newHop) {
        return toBuilder().hop(newHop).build();
    }

    public Invocation withAttributes(Attributes newAttributes) {
        return toBuilder().attributes(newAttributes).build();
    }

    /**
     * The failure of this call for want of time. It ends the ledger and says in which phase most of the time went.
     *
     * @param executed whether the implementation may have run
     * @param nowNanos the present moment
     * @param detail what else a reader should know, such as which instance it was at; may be empty
     */
    public Reply.Failure timedOut(Executed executed, long nowNanos, String detail) {
        ledger.settle(nowNanos);
        return Reply.failure(
                Status.DEADLINE_EXCEEDED,
                executed,
                service + " " + method + (detail.isEmpty() ? "" : " (" + detail + ")") + " timed out: "
                        + ledger.verdict() + " [" + ledger.account() + "]");
    }

    /** Names the call and its caller, never its arguments, which may be secret, large or hostile. */
    @Override
    public String toString() {
        return "Invocation[" + service + " " + method + ", attempt " + hop.attempt() + ", from " + caller + "]";
    }

    /** Collects the parts of an invocation. Not safe for threads; used once. */
    public static final class Builder {
        private ServiceId service;
        private final MethodId method;
        private Ledger ledger;
        private Payload payload;
        private boolean oneWay;
        private Deadline deadline = Deadline.NONE;
        private Caller caller = Caller.UNKNOWN;
        private Baggage baggage = Baggage.EMPTY;
        private @Nullable String idempotencyKey;
        private Map<String, String> callKeys = Map.of();
        private Map<String, String> hopAttachments = Map.of();
        private Hop hop = Hop.DIRECT;
        private Attributes attributes = Attributes.EMPTY;
        private Cancellation cancellation;

        private Builder(ServiceId service, MethodId method, Payload payload, Ledger ledger) {
            this.service = service;
            this.method = method;
            this.payload = payload;
            this.ledger = ledger;
            this.cancellation = NO_CANCELLATION_YET;
        }

        private Builder(Invocation from) {
            this.service = from.service;
            this.method = from.method;
            this.payload = from.payload;
            this.ledger = from.ledger;
            this.oneWay = from.oneWay;
            this.deadline = from.deadline;
            this.caller = from.caller;
            this.baggage = from.baggage;
            this.idempotencyKey = from.idempotencyKey;
            this.callKeys = from.callKeys;
            this.hopAttachments = from.hopAttachments;
            this.hop = from.hop;
            this.attributes = from.attributes;
            this.cancellation = from.cancellation;
        }

        /**
         * Leads the call to another service. Whoever does so replaces what the attributes say of the first one, such as the encoded
         * name on the wire.
         */
        public Builder service(ServiceId value) {
            this.service = value;
            return this;
        }

        public Builder payload(Payload value) {
            this.payload = value;
            return this;
        }

        public Builder oneWay(boolean value) {
            this.oneWay = value;
            return this;
        }

        public Builder deadline(Deadline value) {
            this.deadline = value;
            return this;
        }

        public Builder caller(Caller value) {
            this.caller = value;
            return this;
        }

        public Builder baggage(Baggage value) {
            this.baggage = value;
            return this;
        }

        public Builder idempotencyKey(@Nullable String value) {
            this.idempotencyKey = value;
            return this;
        }

        public Builder callKeys(Map<String, String> value) {
            this.callKeys = Baggage.copyOfBounded(value);
            return this;
        }

        public Builder hopAttachments(Map<String, String> value) {
            this.hopAttachments = Baggage.copyOfBounded(value);
            return this;
        }

        public Builder hop(Hop value) {
            this.hop = value;
            return this;
        }

        public Builder attributes(Attributes value) {
            this.attributes = value;
            return this;
        }

        /** Uses this cancellation, such as a child of the one of the call being served, and not a new one. */
        public Builder cancellation(Cancellation value) {
            this.cancellation = value;
            return this;
        }

        /** Accounts in this ledger, for an attempt that is made beside another one. */
        public Builder ledger(Ledger value) {
            this.ledger = value;
            return this;
        }

        public Invocation build() {
            if (cancellation == NO_CANCELLATION_YET) {
                cancellation = new Cancellation();
            }
            return new Invocation(this);
        }
    }

    /** Stands for "make a new one" while building; never part of an invocation and never fired. */
    private static final Cancellation NO_CANCELLATION_YET = new Cancellation();
}
