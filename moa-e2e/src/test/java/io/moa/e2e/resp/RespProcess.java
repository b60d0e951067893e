package io.moa.e2e.resp;

import io.moa.Moa;
import io.moa.annotation.ErrorCode;
import io.moa.annotation.MoaService;
import io.moa.annotation.ParameterName;
import io.moa.annotation.Timeout;
import io.moa.invoke.CallScope;
import io.moa.server.MoaServer;
import io.moa.server.resp.RespConfig;
import java.util.concurrent.CompletableFuture;

/**
 * A provider with a process of its own, for stock clients of Redis: those of {@code clients/run} and those of the tests beside this class.
 *
 * <pre>
 *   arguments   port, 0 for any that is free · the password of the users default and web, if they are to have one
 *   tells       port N, when it serves
 *   obeys       the end of its input: ends
 * </pre>
 */
final class RespProcess {

    /** There is no such thing left. */
    @ErrorCode("SOLD_OUT")
    static final class SoldOutException extends Exception {
        private static final long serialVersionUID = 1;

        SoldOutException(String message) {
            super(message);
        }
    }

    /** What is called. */
    @MoaService(name = "clients.Desk")
    interface Desk {
        int reserve(@ParameterName("item") String item, @ParameterName("count") int count);

        String echo(@ParameterName("text") String text);

        String fail(@ParameterName("why") String why) throws SoldOutException;

        /** Never ends. */
        @Timeout(millis = 60_000)
        CompletableFuture<String> hang();

        /** As whom the server knows the caller. */
        String who();
    }

    private static final class Clerk implements Desk {
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
            return new CompletableFuture<>();
        }

        @Override
        public String who() {
            return CallScope.current().caller().application();
        }
    }

    private RespProcess() {}

    public static void main(String[] arguments) throws Exception {
        RespConfig access = RespConfig.DEFAULT;
        if (arguments.length > 1) {
            access = access.withPassword("default", arguments[1]).withPassword("web", arguments[1]);
        }
        Moa moa = Moa.builder("clients-desk").build();
        MoaServer server = MoaServer.builder(moa)
                .host("127.0.0.1")
                .port(Integer.parseInt(arguments[0]))
                .resp(access)
                .export(Desk.class, new Clerk())
                .start();
        System.out.println("port " + server.port());
        while (System.in.read() >= 0) {
            // only its end says something
        }
        Runtime.getRuntime().halt(0);
    }
}
