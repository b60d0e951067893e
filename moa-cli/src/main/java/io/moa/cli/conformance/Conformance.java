package io.moa.cli.conformance;

import io.moa.annotation.ErrorCode;
import io.moa.annotation.Idempotent;
import io.moa.annotation.MoaService;
import io.moa.annotation.ParameterName;
import java.math.BigDecimal;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;

/** What SDKs of other languages call to prove themselves. Each method shows one thing that they have to carry. */
@MoaService(name = "moa.Conformance", serializer = "json")
public interface Conformance {

    /** Refused, with a code by which programs know it. */
    @ErrorCode("REFUSED")
    final class Refused extends Exception {
        private static final long serialVersionUID = 1L;

        private final int left;

        /**
         * Says why.
         *
         * @param left how many there would be
         */
        public Refused(String message, int left) {
            super(message);
            this.left = left;
        }

        public int left() {
            return left;
        }
    }

    /** The same value. */
    @Idempotent
    @Nullable
    Object echo(@ParameterName("value") @Nullable Object value);

    /** Whole numbers of 64 bits. */
    @Idempotent
    long add(@ParameterName("a") long a, @ParameterName("b") long b);

    /** Decimals, of which no digit is lost. */
    @Idempotent
    BigDecimal sum(@ParameterName("parts") List<BigDecimal> parts);

    /** Nothing. */
    void nothing();

    /** So many letters. */
    @Idempotent
    String large(@ParameterName("chars") int chars);

    /** What the call carries beside its arguments. */
    @Idempotent
    Map<String, Object> context();

    /** Refuses, with a code and a field. */
    void refuse(@ParameterName("why") String why) throws Refused;

    /** Breaks. */
    void fault(@ParameterName("why") String why);

    /** Answers later. */
    CompletableFuture<Long> sleep(@ParameterName("millis") long millis);

    /** How many times this was called with this key at this server, this time included. */
    int run(@ParameterName("key") String key);

    /** Which server answers. */
    @Idempotent
    String server();
}
