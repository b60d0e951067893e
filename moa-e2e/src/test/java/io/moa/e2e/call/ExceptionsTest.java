package io.moa.e2e.call;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowable;

import io.moa.Moa;
import io.moa.annotation.ErrorCode;
import io.moa.annotation.MoaService;
import io.moa.client.MoaClient;
import io.moa.client.stub.StubConfig;
import io.moa.discovery.ServiceId;
import io.moa.invoke.RemoteApplicationException;
import io.moa.invoke.RemoteCause;
import io.moa.invoke.Ticker;
import io.moa.registry.memory.MemoryRegistry;
import io.moa.server.MoaServer;
import java.math.BigDecimal;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Business exceptions over real sockets: declared ones as themselves, others named, in every serializer. */
class ExceptionsTest {

    /** A service that refuses. */
    @MoaService
    public interface Bank {

        void pay(BigDecimal amount) throws Overdrawn;

        CompletableFuture<String> payLater(BigDecimal amount) throws Overdrawn;

        void undeclared();

        /** Declares what says nothing. */
        void wide(String message) throws Exception;

        void everyday(String message);

        /** Throws {@link Overdrawn}, which another method declares, past the compiler. */
        void sneaky();
    }

    /** Says how much is missing, and composes its message of it. */
    @ErrorCode("OVERDRAWN")
    public static class Overdrawn extends Exception {

        private static final long serialVersionUID = 1L;

        final BigDecimal missing;
        final Account account;

        Overdrawn(BigDecimal missing, Account account) {
            super("the account is overdrawn", new IllegalStateException("limit reached"));
            this.missing = missing;
            this.account = account;
        }

        @Override
        public String getMessage() {
            return super.getMessage() + " by " + missing;
        }
    }

    /** What only the provider knows. */
    static final class OverdrawnAgain extends Overdrawn {

        private static final long serialVersionUID = 1L;

        OverdrawnAgain(BigDecimal missing) {
            super(missing, new Account("again", 9));
        }
    }

    /** Part of an exception. */
    public record Account(String owner, long number) {}

    private static final class BankService implements Bank {

        @Override
        public void pay(BigDecimal amount) throws Overdrawn {
            if (amount.signum() < 0) {
                throw new OverdrawnAgain(amount);
            }
            throw new Overdrawn(amount, new Account("Ada", 1L << 40));
        }

        @Override
        public CompletableFuture<String> payLater(BigDecimal amount) {
            return CompletableFuture.failedFuture(new Overdrawn(amount, new Account("Ada", 7)));
        }

        @Override
        public void undeclared() {
            throw new java.util.MissingResourceException("gone", "Bundle", "key");
        }

        @Override
        public void wide(String message) throws Exception {
            throw new java.util.MissingResourceException(message, "Bundle", "key");
        }

        @Override
        public void everyday(String message) {
            throw new IllegalArgumentException(message.equals("null") ? null : message);
        }

        @Override
        public void sneaky() {
            BankService.<RuntimeException>thrown(new Overdrawn(BigDecimal.ONE, new Account("Ada", 7)));
        }

        @SuppressWarnings("unchecked")
        private static <E extends Throwable> void thrown(Throwable any) throws E {
            throw (E) any;
        }
    }

    private final MemoryRegistry registry = new MemoryRegistry(Ticker.system());
    private final Moa provider = Moa.builder("bank").registry(registry).build();
    private final Moa consumer = Moa.builder("shop").registry(registry).build();
    private MoaServer server;
    private MoaClient client;

    @BeforeEach
    void start() {
        server = MoaServer.builder(provider).export(new BankService()).start();
        client = MoaClient.builder(consumer).build();
    }

    @AfterEach
    void stop() {
        client.close();
        server.close();
        consumer.close();
        provider.close();
        registry.close();
    }

    @ParameterizedTest
    @ValueSource(strings = {"hessian", "json"})
    void declaredExceptionArrivesAsItself(String serializer) {
        Bank bank = client.stub(Bank.class, StubConfig.ANNOTATED.withSerializer(serializer));
        assertThatThrownBy(() -> bank.pay(new BigDecimal("12.50")))
                .isExactlyInstanceOf(Overdrawn.class)
                .hasMessage("the account is overdrawn by 12.50")
                .isInstanceOfSatisfying(Overdrawn.class, e -> {
                    assertThat(e.missing).isEqualTo(new BigDecimal("12.50"));
                    assertThat(e.account).isEqualTo(new Account("Ada", 1L << 40));
                })
                .hasCauseExactlyInstanceOf(IllegalStateException.class);
        assertThatThrownBy(() -> bank.pay(new BigDecimal("-1")))
                .as("a subclass that is not on the list arrives as what is declared")
                .isExactlyInstanceOf(Overdrawn.class)
                .hasMessage("the account is overdrawn by -1");
    }

    @Test
    void declaredExceptionEndsAFuture() {
        Throwable ended = catchThrowable(
                () -> client.stub(Bank.class).payLater(BigDecimal.TEN).get());
        assertThat(ended).isInstanceOf(ExecutionException.class).hasCauseExactlyInstanceOf(Overdrawn.class);
    }

    @Test
    void otherExceptionsAreNamed() {
        assertThatThrownBy(() -> client.stub(Bank.class).undeclared())
                .isInstanceOfSatisfying(RemoteApplicationException.class, e -> {
                    assertThat(e.exceptionType()).isEqualTo("java.util.MissingResourceException");
                    assertThat(e.code()).isNull();
                    assertThat(e.data()).isEmpty();
                })
                .hasMessage("java.util.MissingResourceException: gone");
    }

    @Test
    void aMethodThatDeclaresEverythingStillTellsWhatWasThrown() {
        assertThatThrownBy(() -> client.stub(Bank.class).wide("gone"))
                .isInstanceOfSatisfying(RemoteApplicationException.class, e -> assertThat(e.exceptionType())
                        .isEqualTo("java.util.MissingResourceException"));
    }

    @ParameterizedTest
    @ValueSource(strings = {"one line", "two\nlines\u2028and more", "", "null", "é中😀"})
    void everydayExceptionsKeepTheirMessageExactly(String message) {
        assertThatThrownBy(() -> client.stub(Bank.class).everyday(message))
                .isExactlyInstanceOf(IllegalArgumentException.class)
                .hasMessage(message.equals("null") ? null : message);
    }

    @Test
    void everydayExceptionsKeepALongMessage() {
        String message = "x".repeat(8_000);
        assertThatThrownBy(() -> client.stub(Bank.class).everyday(message)).hasMessage(message);
    }

    @Test
    void aCheckedExceptionThatTheMethodDoesNotDeclareIsNamed() {
        assertThatThrownBy(() -> client.stub(Bank.class).sneaky())
                .isInstanceOfSatisfying(RemoteApplicationException.class, e -> {
                    assertThat(e.exceptionType()).isEqualTo(Overdrawn.class.getName());
                    assertThat(e.code()).isEqualTo("OVERDRAWN");
                });
    }

    @Test
    void genericCallerIsToldCodeDataAndCauses() {
        assertThatThrownBy(() -> client.generic(ServiceId.of(Bank.class.getName()))
                        .call("pay(java.math.BigDecimal)", new BigDecimal("1.5")))
                .isInstanceOfSatisfying(RemoteApplicationException.class, e -> {
                    assertThat(e.code()).isEqualTo("OVERDRAWN");
                    assertThat(e.data())
                            .isEqualTo(Map.of(
                                    "missing",
                                    new BigDecimal("1.5"),
                                    "account",
                                    Map.of("owner", "Ada", "number", 1L << 40)));
                    assertThat(e.getCause())
                            .isInstanceOf(RemoteCause.class)
                            .hasToString("remote java.lang.IllegalStateException: limit reached");
                });
    }
}
