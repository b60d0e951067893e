package io.moa.e2e.hostile;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.moa.Moa;
import io.moa.client.CallOptions;
import io.moa.client.MoaClient;
import io.moa.client.stub.StubConfig;
import io.moa.discovery.ServiceId;
import io.moa.invoke.CallException;
import io.moa.invoke.RemoteApplicationException;
import io.moa.invoke.Reply;
import io.moa.server.MoaServer;
import io.moa.testkit.LeakCheck;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.ExtendWith;

/**
 * RELIABILITY S4: values that do harm when asked for their text, hash or likeness are not asked, whether they pass, are
 * refused or fail, and whatever is logged.
 */
@ExtendWith(LeakCheck.class)
@Timeout(60)
class BoobyTrapTest {

    private static final int HESSIAN = 1;
    private static final int JSON = 2;

    private final Moa moa = Moa.builder("trapped").build();
    private LoudLog log;
    private MoaServer server;
    private MoaClient client;
    private Trapped trapped;

    /** Lets everything pass that it is asked. */
    private static final class Passing implements Trapped {
        @Override
        public Trap take(Trap trap, int number) {
            return trap;
        }

        @Override
        public Object any(Object value) {
            return value;
        }

        @Override
        public Trap give(String kind) {
            if (kind.equals("throw")) {
                throw new Trap.Thrown();
            }
            return kind.equals("stranger") ? new Trap.Stranger() : new Trap();
        }
    }

    @BeforeEach
    void open() throws ReflectiveOperationException {
        Trap.SPRUNG.set(0);
        log = new LoudLog();
        server = MoaServer.builder(moa)
                .closeOnShutdown(false)
                .export(Trapped.class, new Passing())
                .start();
        client = MoaClient.builder(moa).addresses(server.address()).build();
        trapped = client.stub(Trapped.class);
    }

    @AfterEach
    void noTrapWasSprung() throws ReflectiveOperationException {
        client.close();
        server.close();
        moa.close();
        log.close();
        assertThat(Trap.SPRUNG).as("traps sprung").hasValue(0);
    }

    @Test
    void passing() {
        assertThat(trapped.take(new Trap(), 1) instanceof Trap).isTrue();
        assertThat(trapped.any(new Trap()) instanceof Trap).isTrue();
        Trapped json = client.stub(Trapped.class, StubConfig.ANNOTATED.withSerializer("json"));
        assertThat(json.take(new Trap(), 1) instanceof Trap).isTrue();
        Trapped keyed = client.with(trapped, CallOptions.NONE.withIdempotencyKey("once"));
        assertThat(keyed.give("trap") instanceof Trap).isTrue();
        assertThat(keyed.give("trap") instanceof Trap).isTrue();
    }

    @Test
    void refusedByTheSender() {
        assertThatThrownBy(() -> trapped.take(new Trap.Stranger(), 1)).isInstanceOf(CallException.class);
        assertThatThrownBy(() -> trapped.any(new Trap.Stranger())).isInstanceOf(CallException.class);
        assertThatThrownBy(() -> trapped.any(new Object[] {new Trap(), new Trap.Stranger()}))
                .isInstanceOf(CallException.class);
    }

    @Test
    void failingAsAResult() {
        assertThatThrownBy(() -> trapped.give("stranger")).isInstanceOf(CallException.class);
        assertThatThrownBy(() -> trapped.give("throw"))
                .isInstanceOf(RemoteApplicationException.class)
                .hasMessageContaining("caught");
        assertThat(log.heard()).as("what was logged").contains("DEBUG io.moa.", Trap.Thrown.class.getName());
    }

    @Test
    void refusedOnceItIsRead() {
        try (HostileCaller caller = new HostileCaller(ServiceId.of(Trapped.class.getName()), server.address())) {
            // The trap is there, and then the second argument is none.
            assertThat(caller.call(Trapped.METHOD_TAKE, JSON, "[{\"bait\":\"x\"},\"no number\"]"))
                    .isInstanceOf(Reply.Failure.class);
            assertThat(caller.call(Trapped.METHOD_TAKE, JSON, "[{\"bait\":\"x\"},1,{}]"))
                    .isInstanceOf(Reply.Failure.class);
            String name = Trap.class.getName();
            String trap = "C" + (char) name.length() + name + "\u0091\u0004bait\u0060\u0001x";
            byte[] cut = trap.getBytes(java.nio.charset.StandardCharsets.ISO_8859_1);
            assertThat(caller.call(Trapped.METHOD_TAKE, HESSIAN, cut)).isInstanceOf(Reply.Failure.class);
            assertThat(caller.connected()).isTrue();
        }
    }
}
