package io.moa.server.dispatch;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import io.moa.discovery.ServiceId;
import io.moa.governance.overload.CallRoom;
import io.moa.invoke.MethodId;
import io.moa.testkit.FakeTicker;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;

class ServiceTableTest {

    private static final MethodId ONE = MethodId.parse("take(java.lang.String)");

    private final ExportedMethod take = Served.method("take(java.lang.String)", null);
    private final ExportedMethod takeMany = Served.method("take(java.lang.String,int)", null);
    private final ExportedMethod count = Served.method("count()", null);
    private final ServiceTable table = new ServiceTable(List.of(take, takeMany, count));

    @Test
    void overloadsAreToldApart() {
        assertThat(table.find(Served.SERVICE, ONE)).isSameAs(take);
        assertThat(table.find(Served.SERVICE, MethodId.parse("take(java.lang.String,int)")))
                .isSameAs(takeMany);
        assertThat(table.find(Served.SERVICE, MethodId.parse("take()"))).isNull();
        assertThat(table.methods()).containsExactly(take, takeMany, count);
    }

    @Test
    void groupAndVersionAreOtherServices() {
        assertThat(table.serves(Served.SERVICE)).isTrue();
        ServiceId other = new ServiceId("shop.Stock", "", "2");
        assertThat(table.serves(other)).isFalse();
        assertThat(table.find(other, ONE)).isNull();
    }

    @Test
    void methodExportedTwiceIsNamed() {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> new ServiceTable(List.of(take, Served.method("take(java.lang.String)", null))))
                .withMessage("shop.Stock take(java.lang.String) is exported twice by this server");
    }

    @Test
    void unknownServiceIsSaidWithThoseOfTheSameName() {
        assertThat(table.whyUnknown(ServiceId.of("shop.Sock"), ONE))
                .isEqualTo("The service shop.Sock is not exported here");
        assertThat(table.whyUnknown(new ServiceId("shop.Stock", "", "2"), ONE))
                .isEqualTo("The service shop.Stock:2 is not exported here; with other group or version there is"
                        + " shop.Stock");
    }

    @Test
    void unknownMethodIsSaidWithThoseThereAre() {
        assertThat(table.whyUnknown(Served.SERVICE, MethodId.parse("take(int)")))
                .isEqualTo("shop.Stock has no method take(int) here; of that name there is take(java.lang.String),"
                        + " take(java.lang.String,int)");
        assertThat(table.whyUnknown(Served.SERVICE, MethodId.parse("tkae(int)")))
                .isEqualTo("shop.Stock has no method tkae(int) here; its methods are take(java.lang.String),"
                        + " take(java.lang.String,int), count()");
    }

    @Test
    void fullPoolIsSaidWithTheThreeMethodsThatFillItMost() {
        FakeTicker ticker = new FakeTicker();
        try (WorkerPool mine = new WorkerPool("Stock", Workers.platform(7, 3), ticker);
                WorkerPool other = new WorkerPool("Other", Workers.platform(7, 3), System::nanoTime)) {
            ExportedMethod refused = running("a()", mine, 1);
            ServiceTable busy = new ServiceTable(List.of(
                    refused,
                    running("b()", mine, 3),
                    running("c()", other, 9),
                    running("d()", mine, 2),
                    running("e()", mine, 4),
                    running("f()", mine, 0)));
            assertThat(busy.whyFull(refused, new CallRoom.Refusal(false, 3, 7, 0)))
                    .isEqualTo(
                            "No room for shop.Stock a(): 7 calls run on the threads of Stock, as many as may now, and 3 wait;"
                                    + " running now: e() 4, b() 3, d() 2");
            ExportedMethod idle = running("a()", mine, 0);
            ticker.advance(Duration.ofMillis(100)); // it is not counted anew for each that is refused
            assertThat(new ServiceTable(List.of(idle)).whyFull(idle, new CallRoom.Refusal(false, 3, 7, 0)))
                    .endsWith("running now: none of ours");
        }
    }

    private static ExportedMethod running(String method, WorkerPool workers, int calls) {
        ExportedMethod made = Served.method(method, workers);
        made.running().set(calls);
        return made;
    }
}
