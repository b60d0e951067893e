package io.moa.testkit;

import java.nio.charset.StandardCharsets;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * What clients of other protocols say first, for ports that have to stand it. Written from the protocols' own descriptions. Safe for many
 * threads.
 */
public final class FirstPackets {

    /** The name of the one that is a command of RESP, and so a call where RESP is spoken. */
    public static final String RESP = "Redis RESP";

    private FirstPackets() {}

    /** All of them, by the protocol's name, in a map of the caller's own. */
    public static Map<String, byte[]> all() {
        Map<String, byte[]> packets = new LinkedHashMap<>();
        lines(packets);
        binary(packets);
        return packets;
    }

    private static void lines(Map<String, byte[]> packets) {
        text(packets, "HTTP/1.1 GET", "GET / HTTP/1.1\r\nHost: localhost\r\n\r\n");
        text(packets, "HTTP/1.1 POST", "POST /moa HTTP/1.1\r\nHost: localhost\r\nContent-Length: 4\r\n\r\nabcd");
        text(packets, "HTTP/1.1 PUT with a command inside", "PUT / HTTP/1.0\r\n\r\n*1\r\n$4\r\nPING\r\n");
        text(packets, "HTTP proxy", "CONNECT localhost:443 HTTP/1.1\r\nHost: localhost:443\r\n\r\n");
        text(packets, "WebSocket", "GET /chat HTTP/1.1\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n\r\n");
        text(packets, "HTTP/2 preface", "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n");
        text(packets, "gRPC", "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n\0\0\0\4\0\0\0\0\0");
        text(packets, "RTSP", "OPTIONS rtsp://localhost/stream RTSP/1.0\r\nCSeq: 1\r\n\r\n");
        text(packets, "SIP", "REGISTER sip:localhost SIP/2.0\r\nCSeq: 1 REGISTER\r\n\r\n");
        text(packets, RESP, "*2\r\n$3\r\nGET\r\n$1\r\nk\r\n");
        text(packets, "Redis inline", "PING\r\n");
        text(packets, "Redis inline with a call", "GET {\"service\":\"shop.Stock\",\"method\":\"take\"}\r\n");
        text(packets, "Memcached", "get key\r\n");
        text(packets, "Memcached stores a command", "set key 0 0 14\r\n*1\r\n$4\r\nPING\r\n\r\n");
        text(packets, "SSH", "SSH-2.0-OpenSSH_9.6\r\n");
        text(packets, "SMTP", "EHLO localhost\r\n");
        text(packets, "POP3", "USER somebody\r\n");
        text(packets, "IMAP", "a1 LOGIN somebody secret\r\n");
        text(packets, "FTP", "USER anonymous\r\n");
        text(packets, "IRC", "NICK somebody\r\nUSER somebody 0 * :somebody\r\n");
        text(packets, "NATS", "CONNECT {\"verbose\":false}\r\nPING\r\n");
        text(packets, "STOMP", "CONNECT\naccept-version:1.2\nhost:localhost\n\n\0");
        text(packets, "XMPP", "<?xml version='1.0'?><stream:stream to='localhost' xmlns='jabber:client'>");
        text(packets, "ZooKeeper four letters", "ruok");
        text(packets, "VNC", "RFB 003.008\n");
        text(packets, "rsync", "@RSYNCD: 31.0\n");
        text(packets, "Gearman, as people write it", "status\r\n");
        text(packets, "PROXY protocol 1", "PROXY TCP4 192.0.2.1 192.0.2.2 1 2\r\n");
        text(packets, "a line feed", "\n\n\n\n");
    }

    private static void binary(Map<String, byte[]> packets) {
        hex(packets, "TLS 1.2 hello", "16030100310100002d0303" + "11".repeat(32) + "000006c02fc030009c0100");
        hex(packets, "TLS 1.3 hello", "160301002f0100002b0303" + "22".repeat(32) + "000004130113020100");
        hex(packets, "SSL 2 hello", "802e010002001500000010010080020080030080040080050080060040070100");
        hex(packets, "MQTT 3.1.1", "101000044d5154540402003c000474657374");
        hex(packets, "MQTT 5", "101100044d5154540502003c00000474657374");
        hex(packets, "AMQP 0-9-1", "414d515000000901");
        hex(packets, "AMQP 1.0", "414d515000010000");
        hex(packets, "PostgreSQL", "00000016000300007573657200706f73746772657300" + "00");
        hex(packets, "PostgreSQL asks for TLS", "0000000804d2162f");
        hex(packets, "MySQL", "20000001850fa20000000001210000000000000000000000000000000000000000000000");
        hex(packets, "MongoDB", "3a0000000100000000000000d4070000000000006164" + "6d696e2e24636d640000000000ffffffff");
        hex(packets, "Kafka", "0000001400120003000000010006636c69656e74000000");
        hex(packets, "Cassandra", "0400000105000000160001000b43514c5f56455253494f4e0005332e302e30");
        hex(packets, "Memcached binary", "8000000000000000000000000000000000000000");
        hex(packets, "ZooKeeper", "0000002c000000000000000000000000000075300000000000000000000000100000000000");
        hex(packets, "Dubbo", "dabbc20000000000000000010000000402322e30");
        hex(packets, "SOFA Bolt", "0101000101000000010b000003e8002c0000000000ff");
        hex(packets, "Thrift, framed", "000000118001000100000004" + "70696e67" + "0000000100");
        hex(packets, "Hessian over TCP", "630200430468656c6c6f91017a");
        hex(packets, "Java serialization", "aced0005737200116a6176612e7574696c2e486173684d6170");
        hex(packets, "Java RMI", "4a524d4900024b");
        hex(packets, "LDAP", "300c020101600702010304008000");
        hex(packets, "SMB", "00000054ff534d4272000000001801280000000000000000000000000000");
        hex(packets, "SMB 2", "00000024fe534d4240000000000000000000010000000000" + "00".repeat(16));
        hex(packets, "X11", "6c000b000000000000000000");
        hex(packets, "Telnet", "fffd03fffb18fffb1f");
        hex(packets, "BGP", "ff".repeat(16) + "001d0104fde800b4c000020100");
        hex(packets, "TDS of SQL Server", "1201002f0000010000001a000601002000010200210001" + "ff");
        hex(packets, "Oracle TNS", "003a0000010000000138012c0000080000ffc60e0000010000");
        hex(packets, "RDP", "030000130ee000000000000100080003000000");
        hex(packets, "DNS over TCP", "001d0001010000010000000000000377777703636f6d0000010001");
        hex(packets, "BitTorrent", "13426974546f7272656e742070726f746f636f6c0000000000000000");
        hex(packets, "SOCKS 5", "050100");
        hex(packets, "SOCKS 4", "040100507f00000100");
        hex(packets, "PROXY protocol 2", "0d0a0d0a000d0a515549540a20000000");
        hex(packets, "MOA of another version", "d74d02010000000000000000");
        hex(packets, "MOA with its bytes turned", "4dd7010100000000");
        hex(packets, "zeroes", "00".repeat(64));
    }

    private static void text(Map<String, byte[]> packets, String name, String text) {
        packets.put(name, text.getBytes(StandardCharsets.US_ASCII));
    }

    private static void hex(Map<String, byte[]> packets, String name, String hex) {
        packets.put(name, HexFormat.of().parseHex(hex));
    }
}
