package io.moa.e2e.resp;

import io.moa.annotation.ErrorCode;
import io.moa.annotation.MoaService;
import io.moa.annotation.ParameterName;
import io.moa.annotation.Timeout;
import io.moa.invoke.CallScope;
import java.util.Queue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentLinkedQueue;

/** What stock clients of Redis call. */
@MoaService(name = "clients.Desk")
interface Desk {

    /** There is no such thing left. */
    @ErrorCode("SOLD_OUT")
    final class SoldOutException extends Exception {
        private static final long serialVersionUID = 1;

        SoldOutException(String message) {
            super(message);
        }
    }

    int reserve(@ParameterName("item") String item, @ParameterName("count") int count);

    String echo(@ParameterName("text") String text);

    String fail(@ParameterName("why") String why) throws SoldOutException;

    /** Does not end by itself. */
    @Timeout(millis = 60_000)
    CompletableFuture<String> hang();

    /** As whom the server knows the caller. */
    String who();

    /** Whoever is called. */
    final class Clerk implements Desk {

        private final Queue<CompletableFuture<String>> hanging = new ConcurrentLinkedQueue<>();

        /** Ends what hangs. */
        void release() {
            for (CompletableFuture<String> each = hanging.poll(); each != null; each = hanging.poll()) {
                each.complete("late");
            }
        }

        @Override
        public int reserve(String item, int count) {
            return item.length() * count;
        }

        @Override
        public String echo(String text) {
            return text;
        }

        @Override
        public String fail(String why) throws SoldOutException {
            throw new SoldOutException(why);
        }

        @Override
        public CompletableFuture<String> hang() {
            CompletableFuture<String> end = new CompletableFuture<>();
            hanging.add(end);
            return end;
        }

        @Override
        public String who() {
            return CallScope.current().caller().application();
        }
    }

    /** A call, as JSON. */
    static String call(String method, String arguments, String... more) {
        return "{\"service\":\"clients.Desk\",\"method\":\"" + method + "\",\"args\":" + arguments
                + (more.length == 0 ? "" : "," + String.join(",", more)) + "}";
    }
}
