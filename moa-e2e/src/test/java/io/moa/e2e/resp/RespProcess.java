package io.moa.e2e.resp;

import io.moa.Moa;
import io.moa.server.MoaServer;
import io.moa.server.resp.RespConfig;

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
                .export(Desk.class, new Desk.Clerk())
                .start();
        System.out.println("port " + server.port());
        while (System.in.read() >= 0) {
            // only its end says something
        }
        Runtime.getRuntime().halt(0);
    }
}
