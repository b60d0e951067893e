package io.moa.transport.netty;

import io.moa.discovery.Address;
import io.moa.invoke.Ticker;
import io.moa.protocol.frame.HandOverMessage;
import io.moa.protocol.frame.HandOverMessage.Step;
import io.moa.transport.Listener;
import io.moa.transport.TransportConfig;
import io.netty.util.concurrent.Future;
import io.netty.util.concurrent.GlobalEventExecutor;
import io.netty.util.concurrent.Promise;
import java.io.PrintStream;
import java.nio.file.Path;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;

/** One of two processes of a hand-over, for tests that end it. It lives until its input ends. */
final class HandOverChild {

    private static final PrintStream OUT = System.out;

    private HandOverChild() {}

    /**
     * @param args {@code takes} or {@code gives}, the path of the hand-over's socket, and the step at which it does not go on
     */
    public static void main(String[] args) throws Exception {
        Path socket = Path.of(args[1]);
        Step end = args.length > 2 ? Step.valueOf(args[2]) : null;
        NettyTransport transport = new NettyTransport(TransportConfig.DEFAULT, 2, Ticker.system(), "child");
        if (args[0].equals("takes")) {
            transport
                    .takeOver(
                            socket,
                            HandOverStage.NONCE,
                            (name, address) -> new OneRoute(HandOverStage::heir),
                            HandOverStage.LIMITS,
                            line -> new EndingLine(line, end))
                    .get(60, TimeUnit.SECONDS);
            OUT.println("taken");
        } else {
            AtomicReference<CompletableFuture<io.moa.invoke.Reply>> open = new AtomicReference<>();
            Listener listener = transport
                    .listen(new Address.Tcp("127.0.0.1", 0), new OneRoute(call -> UnderWay.route(open, call)))
                    .get(60, TimeUnit.SECONDS);
            transport.offer(
                    socket,
                    HandOverStage.NONCE,
                    () -> Map.of("door", listener),
                    HandOverStage.LIMITS,
                    line -> new EndingLine(line, end));
            OUT.println(((Address.Tcp) listener.address()).port());
        }
        while (System.in.read() >= 0) {
            continue;
        }
    }

    /** A line whose owner stands still instead of saying something; or, after a commit, ends at once. */
    private static final class EndingLine implements MoveLine {
        private final MoveLine line;
        private final @org.jspecify.annotations.Nullable Step end;
        private final Promise<Void> never = GlobalEventExecutor.INSTANCE.newPromise();

        EndingLine(MoveLine line, @org.jspecify.annotations.Nullable Step end) {
            this.line = line;
            this.end = end;
        }

        @Override
        public Future<?> say(HandOverMessage message) {
            if (message.step() != end) {
                return line.say(message);
            }
            if (end == Step.COMMIT) {
                return line.say(message)
                        .addListener(said -> Runtime.getRuntime().halt(1));
            }
            OUT.println("reached");
            return never;
        }

        @Override
        public void pass(int descriptor) {
            line.pass(descriptor);
        }

        @Override
        public void silence() {
            line.silence();
        }

        @Override
        public void close() {
            line.close();
        }

        @Override
        public boolean isClosed() {
            return line.isClosed();
        }
    }
}
