package io.moa.benchmarks.echo;

/**
 * MOA itself, with governance switched on as it is by default. Not built yet: client and server do not exist.
 *
 * <p>{@code direct} stands for a method declared {@link io.moa.annotation.NonBlocking}, which runs on the event loop;
 * the other way it runs on a pool of {@link EchoOptions#workers()} threads.
 */
record MoaPeer(boolean direct) implements EchoPeer {

    @Override
    public int start(EchoOptions options) throws Unavailable {
        throw new Unavailable("not built yet");
    }

    @Override
    public EchoCall connect(String host, int port, EchoOptions options) throws Unavailable {
        throw new Unavailable("not built yet");
    }
}
