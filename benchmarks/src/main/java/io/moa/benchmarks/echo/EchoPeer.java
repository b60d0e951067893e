package io.moa.benchmarks.echo;

/**
 * A contender: both ends of an echo. The two ends run in different processes, so they share nothing but the options.
 * Nothing is closed: a process runs one peer once and ends.
 *
 * <p>What the options ask for (connections, event loops, workers) is what makes contenders comparable. A peer that cannot
 * do as asked throws {@link Unavailable}, and is left out of the tables with that reason.
 */
public interface EchoPeer {

    /**
     * Starts a server on the loopback address, which answers every request with its own bytes.
     *
     * @return the port that it listens on
     */
    int start(EchoOptions options) throws Exception;

    /** Opens {@link EchoOptions#connections()} connections to a started server; returns when calls can be made. */
    EchoCall connect(String host, int port, EchoOptions options) throws Exception;
}
