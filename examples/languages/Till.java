import io.moa.Moa;
import io.moa.annotation.Idempotent;
import io.moa.annotation.MoaService;
import io.moa.server.MoaServer;

/** A provider to try clients of other languages with: Till NAME REDIS-URL. It prints each purchase once it is made. */
final class Till {

    @MoaService(name = "shop.Till")
    public interface Service {
        /** Which provider answers. */
        @Idempotent
        String who();

        /** Must not run twice. */
        String buy(String id);
    }

    private record Keeper(String name) implements Service {
        @Override
        public String who() {
            return name;
        }

        @Override
        public String buy(String id) {
            System.out.println("bought " + id);
            return name;
        }
    }

    public static void main(String[] arguments) throws InterruptedException {
        Moa moa = Moa.builder("till").registry(arguments[1]).build();
        MoaServer server =
                MoaServer.builder(moa).export(Service.class, new Keeper(arguments[0])).start();
        System.out.println("listening on " + server.port());
        Thread.currentThread().join(); // until SIGTERM, which closes the server gracefully
    }
}
