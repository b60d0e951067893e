package io.moa.discovery;

import java.nio.charset.StandardCharsets;

/** Where a process can be reached. Written {@code tcp://host:port}, {@code unix:/path} or {@code inproc:name}. */
public sealed interface Address {

    /**
     * A TCP socket.
     *
     * @param host a host name or a literal IP address, IPv6 without brackets
     * @param port 0 to 65535; 0 only where a free port is to be chosen
     */
    record Tcp(String host, int port) implements Address {
        public Tcp {
            if (host.isBlank() || host.length() > 255) {
                throw new IllegalArgumentException("A TCP address needs a host of 1 to 255 characters");
            }
            if (port < 0 || port > 65535) {
                throw new IllegalArgumentException("A TCP port is 0 to 65535, not " + port);
            }
        }

        // By hand, as is hashCode: every process waits for it when it starts (decision 0014).
        @Override
        public boolean equals(Object other) {
            return other instanceof Tcp tcp && tcp.port == port && tcp.host.equals(host);
        }

        @Override
        public int hashCode() {
            return 31 * host.hashCode() + port;
        }

        @Override
        public String toString() {
            return "tcp://" + (host.indexOf(':') >= 0 ? "[" + host + "]" : host) + ":" + port;
        }
    }

    /**
     * A Unix domain socket of this host.
     *
     * @param path the socket's file, at most 107 bytes long, as the operating system demands
     */
    record Unix(String path) implements Address {

        /** How long a path may be, in bytes of UTF-8. */
        public static final int MAX_BYTES = 107;

        public Unix {
            int bytes = path.getBytes(StandardCharsets.UTF_8).length;
            if (path.isBlank() || bytes > MAX_BYTES) {
                throw new IllegalArgumentException(
                        "The path of a Unix socket has 1 to " + MAX_BYTES + " bytes, not " + bytes + ": " + path);
            }
        }

        @Override
        public String toString() {
            return "unix:" + path;
        }
    }

    /**
     * A listener in the same process, without a socket.
     *
     * @param name any name, unique within its transport
     */
    record InProcess(String name) implements Address {
        @Override
        public String toString() {
            return "inproc:" + name;
        }
    }

    /**
     * Reads an address as {@code toString} writes it.
     *
     * @throws IllegalArgumentException if it is not one; the message says what is expected
     */
    static Address parse(String text) {
        if (text.startsWith("unix:")) {
            return new Unix(text.substring(5));
        }
        if (text.startsWith("inproc:")) {
            return new InProcess(text.substring(7));
        }
        int colon = text.lastIndexOf(':');
        if (text.startsWith("tcp://") && colon > 6) {
            String host = text.substring(6, colon);
            if (host.startsWith("[") && host.endsWith("]")) {
                host = host.substring(1, host.length() - 1);
            }
            try {
                return new Tcp(host, Integer.parseInt(text.substring(colon + 1)));
            } catch (NumberFormatException e) {
                throw new IllegalArgumentException("The port of " + text + " is not a number", e);
            }
        }
        throw new IllegalArgumentException(
                "An address is written tcp://host:port, unix:/path or inproc:name, not " + text);
    }
}
