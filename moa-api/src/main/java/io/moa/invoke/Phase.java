package io.moa.invoke;

/**
 * The stretches of a call's life, in the order in which they happen. Together they cover all of it: where one ends the
 * next begins, so the phases of a finished call add up to its duration.
 */
public enum Phase {
    /** At the caller: filters, gates and waiting between attempts, before an instance is chosen. */
    CLIENT_QUEUE("client queue", "in the caller's own filters, gates or retry pauses"),
    /** At the caller: matching a route and picking an instance. */
    PICK("pick", "choosing an instance"),
    /** At the caller: waiting for a usable connection to the instance, connect and handshake included. */
    CONNECT_WAIT("connect wait", "waiting for a connection to the instance"),
    /** At the caller: encoding the arguments and handing every byte to the operating system. */
    WRITE("write", "encoding the request and getting its bytes out of this process"),
    /** At the server: from the last byte read until a worker begins. */
    SERVER_QUEUE("server queue", "waiting at the server for a free worker"),
    /** At the server: turning bytes into arguments. */
    DECODE("decode", "decoding the arguments at the server"),
    /** At the server: running the implementation. */
    EXECUTE("execute", "in the service's implementation"),
    /** At the server: turning the result into bytes. */
    ENCODE("encode", "encoding the result at the server"),
    /**
     * What only a round trip can measure: the network both ways, the reply's wait in the server's socket, and its reading
     * and decoding at the caller. It is the call's duration less all other phases.
     */
    BACK("back", "on the network, or with a peer that answers nothing at all");

    private final String label;
    private final String place;

    Phase(String label, String place) {
        this.label = label;
        this.place = place;
    }

    /** Its name in messages and in the documentation. */
    public String label() {
        return label;
    }

    /** Where the time went, as the end of the sentence "most of it was spent …". */
    public String place() {
        return place;
    }

    /** Whether the server measures it. */
    public boolean atServer() {
        return ordinal() >= SERVER_QUEUE.ordinal() && ordinal() <= ENCODE.ordinal();
    }
}
