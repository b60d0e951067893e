package io.moa.e2e.lookup;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.moa.client.CallOptions;
import io.moa.client.MoaClient;
import io.moa.client.lookup.LookupRegistry;
import io.moa.client.stub.GenericStub;
import io.moa.discovery.ServiceId;
import io.moa.invoke.CallException;
import io.moa.invoke.Ticker;
import io.moa.registry.memory.MemoryRegistry;
import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** A gateway that calls whatever its users name, and follows a lookup, which takes 5,000 services. */
@Timeout(180)
class UnknownNamesTest {

    private static final CallOptions PATIENT = CallOptions.NONE.withTimeout(Duration.ofSeconds(60));

    @Test
    void afterFiveThousandNamesThatNobodyOffersARealServiceIsCalled() throws Exception {
        try (MemoryRegistry registry = new MemoryRegistry(Ticker.system());
                Shop shop = new Shop(registry)) {
            LookupRegistry followed = shop.follower(shop.lookup());
            MoaClient gateway = shop.client(followed);
            GenericStub early = gateway.generic(Shop.SHELF);
            assertThatThrownBy(() -> early.call(PATIENT, "who()"))
                    .isInstanceOf(CallException.class)
                    .hasMessageContaining("no instance of shop.Shelf is registered");
            for (int i = 0; i < 5_500; i++) {
                gateway.generic(ServiceId.of("no.such.S" + i));
            }
            shop.provider("a");
            // A stub that was held all the time finds its service again.
            Shop.eventually().until(() -> answers(early), () -> gateway.explain(Shop.SHELF));
            assertThat(gateway.generic(Shop.SHELF).call(PATIENT, "who()")).isEqualTo("a");
        }
    }

    private static boolean answers(GenericStub stub) {
        try {
            return "a".equals(stub.call(PATIENT, "who()"));
        } catch (CallException notYet) {
            return false;
        }
    }
}
