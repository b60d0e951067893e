package io.moa.e2e.robust;

import static org.assertj.core.api.Assertions.assertThat;

import io.moa.client.MoaClient;
import io.moa.server.MoaServer;
import io.moa.testkit.CallAccount;
import io.moa.testkit.LeakCheck;
import java.io.IOException;
import java.net.InetAddress;
import java.net.Socket;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.ExtendWith;

/** A provider in a process of its own that is asked to end while it works. */
@ExtendWith(LeakCheck.class)
@Timeout(120)
class SigtermTest {

    private static final int CALLS = 200;

    @Test
    void providerThatIsAskedToEndFinishesItsCallsAndNewOnesGoElsewhere() throws Exception {
        CallAccount account = new CallAccount();
        try (ChildProvider child = new ChildProvider("child-uuid", 0);
                Town town = new Town()) {
            town.announce("child-uuid", child.port(), 10_000); // so heavy that it is always preferred
            MoaClient client = town.consumer(Town.PATIENT);
            Work work = client.stub(Work.class);
            List<CompletableFuture<Long>> held = new ArrayList<>();
            for (int i = 0; i < CALLS; i++) {
                long id = account.sent(false);
                held.add(Town.settle(account, id, client.async(work, w -> w.held(id))));
            }
            Town.eventually().until(() -> child.hasTold("ran " + CALLS), child::toString);
            Workshop second = new Workshop("second", account);
            town.provider(
                    MoaServer.builder(town.runtime(Town.APPLICATION, Town.PATIENT, true))
                            .weight(1),
                    Work.class,
                    second);
            // It is idle, so the next call goes there; being held, it makes the heavy child the lighter one again.
            long heldThere = account.sent(false);
            held.add(Town.settle(account, heldThere, client.async(work, w -> w.held(heldThere))));
            Town.eventually().until(() -> account.tally().executions() == 1, () -> "" + account.tally());
            assertThat(work.who()).isEqualTo("child");

            child.askToEnd();
            Town.eventually().until(() -> doorIsClosed(child), () -> child + " still takes connections");
            // What had left before the notice came is still served there; after it, nothing goes there any more.
            Town.eventually().until(() -> work.who().equals("second"), () -> "calls still go to " + child);
            for (int i = 0; i < CALLS; i++) {
                long id = account.sent(false);
                assertThat(Town.settle(account, id, client.async(work, w -> w.once(id)))
                                .join())
                        .isEqualTo(id);
            }
            assertThat(account.tally().executions())
                    .as("new calls that ran at the second one")
                    .isEqualTo(CALLS + 1);
            assertThat(held).noneMatch(CompletableFuture::isDone);
            assertThat(child.isAlive()).isTrue();

            child.order("open");
            second.open();
            held.forEach(CompletableFuture::join);
            assertThat(child.exitValue()).as("0 of %s", child).isZero();
            assertThat(child.told()).contains("left").noneMatch(line -> line.startsWith("twice"));
            assertThat(account.verify().ok()).isEqualTo(2 * CALLS + 1);
        }
    }

    private static boolean doorIsClosed(ChildProvider child) {
        try (Socket socket = new Socket(InetAddress.getLoopbackAddress(), child.port())) {
            return !socket.isConnected();
        } catch (IOException refused) {
            return true;
        }
    }
}
