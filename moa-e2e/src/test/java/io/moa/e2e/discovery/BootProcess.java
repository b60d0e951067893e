package io.moa.e2e.discovery;

import io.moa.Moa;
import io.moa.client.MoaClient;
import io.moa.client.disk.DiskConfig;
import java.nio.file.Path;
import java.util.concurrent.TimeUnit;

/**
 * A consumer with a process of its own, which makes one call and ends.
 *
 * <pre>
 *   arguments   the address of the registry, the folder of the lists, the id to call with
 *   tells       answer ID after N ms, M of them to begin · the explanation of what it knew
 * </pre>
 */
final class BootProcess {

    private BootProcess() {}

    public static void main(String[] arguments) {
        long begun = System.nanoTime();
        try (Moa moa = Moa.builder("caller").registry(arguments[0]).build();
                MoaClient client = MoaClient.builder(moa)
                        .disk(DiskConfig.in(Path.of(arguments[1])))
                        .build()) {
            long built = System.nanoTime();
            long answer = client.stub(Till.class).again(Long.parseLong(arguments[2]));
            long millis = TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - begun);
            System.out.println("answer " + answer + " after " + millis + " ms, "
                    + TimeUnit.NANOSECONDS.toMillis(built - begun) + " of them to begin");
            System.out.println(client.explain(Market.TILL));
        }
        Runtime.getRuntime().halt(0);
    }
}
