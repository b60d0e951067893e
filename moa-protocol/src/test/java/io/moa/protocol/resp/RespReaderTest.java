package io.moa.protocol.resp;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class RespReaderTest {

    private static final String GET = "*2\r\n$3\r\nGET\r\n$5\r\nhello\r\n";

    private final List<List<String>> commands = new ArrayList<>();
    private final RespReader reader = new RespReader(RespLimits.upTo(1 << 20));

    @AfterEach
    void close() {
        reader.close();
        assertThat(reader.heldBytes()).isZero();
    }

    private static ByteBuf bytes(String text) {
        return Unpooled.copiedBuffer(text, StandardCharsets.ISO_8859_1);
    }

    private void take(RespCommand command) {
        List<String> texts = new ArrayList<>();
        for (int i = 0; i < command.count(); i++) {
            texts.add(new String(command.copy(i), StandardCharsets.ISO_8859_1));
        }
        commands.add(texts);
    }

    private void read(String text) {
        ByteBuf in = bytes(text);
        reader.read(in, this::take);
        assertThat(in.refCnt()).isZero();
    }

    @Test
    void readsCommandsThatComeTogether() {
        read(GET + "*1\r\n$4\r\nPING\r\n" + "*0\r\n*-1\r\n" + "*2\r\n$3\r\nGET\r\n$0\r\n\r\n");
        assertThat(commands).containsExactly(List.of("GET", "hello"), List.of("PING"), List.of("GET", ""));
        assertThat(reader.heldBytes()).isZero();
    }

    @Test
    void readsTheSameWhereverTheBytesAreCut() {
        String all = GET + "*0\r\n" + "\r\n" + "*3\r\n$4\r\nMGET\r\n$2\r\n\r\n\r\n$1\r\nb\r\n" + GET;
        for (int first = 0; first <= all.length(); first++) {
            for (int second = first; second <= all.length(); second++) {
                commands.clear();
                read(all.substring(0, first));
                read(all.substring(first, second));
                read(all.substring(second));
                assertThat(commands)
                        .containsExactly(
                                List.of("GET", "hello"), List.of("MGET", "\r\n", "b"), List.of("GET", "hello"));
                assertThat(reader.heldBytes()).isZero();
            }
        }
        commands.clear();
        all.chars().forEach(each -> read(String.valueOf((char) each)));
        assertThat(commands).hasSize(3);
    }

    @Test
    void readsManyArgumentsWhereverTheBytesAreCut() {
        StringBuilder wire = new StringBuilder("*1024\r\n");
        List<String> sent = new ArrayList<>();
        for (int i = 0; i < 1_024; i++) {
            String argument = Integer.toString(i);
            sent.add(argument);
            wire.append('$')
                    .append(argument.length())
                    .append("\r\n")
                    .append(argument)
                    .append("\r\n");
        }
        for (int cut = 0; cut < wire.length(); cut += 97) {
            commands.clear();
            read(wire.substring(0, cut));
            read(wire.substring(cut) + GET);
            assertThat(commands).containsExactly(sent, List.of("GET", "hello"));
        }
        commands.clear();
        for (int at = 0; at < wire.length(); at += 31) {
            read(wire.substring(at, Math.min(wire.length(), at + 31)));
        }
        assertThat(commands).containsExactly(sent);
    }

    @Test
    void readsWhatChanceMadeOfAnyBytesInAnyPieces() {
        Random chance = new Random(7);
        for (int round = 0; round < 300; round++) {
            commands.clear();
            List<List<String>> sent = new ArrayList<>();
            StringBuilder wire = new StringBuilder();
            for (int i = chance.nextInt(6); i >= 0; i--) {
                List<String> command = new ArrayList<>();
                for (int j = chance.nextInt(5); j >= 0; j--) {
                    byte[] argument = new byte[chance.nextInt(4) == 0 ? chance.nextInt(5_000) : chance.nextInt(12)];
                    chance.nextBytes(argument);
                    command.add(new String(argument, StandardCharsets.ISO_8859_1));
                }
                sent.add(command);
                wire.append('*').append(command.size()).append("\r\n");
                command.forEach(each -> wire.append('$')
                        .append(each.length())
                        .append("\r\n")
                        .append(each)
                        .append("\r\n"));
            }
            for (int at = 0; at < wire.length(); ) {
                int end = Math.min(wire.length(), at + 1 + chance.nextInt(chance.nextBoolean() ? 20 : 4_000));
                read(wire.substring(at, end));
                at = end;
            }
            assertThat(commands).isEqualTo(sent);
        }
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "\\rGET / HTTP/1.1 | a command begins with '*', not with the byte 13",
                "\\r\\nGET / HTTP/1.1 | a command begins with '*', not with 'G'",
                "\\n | a command begins with '*', not with the byte 10",
                "GET / HTTP/1.1 | a command begins with '*', not with 'G'",
                "'\u0016\u0003\u0001' | a command begins with '*', not with the byte 22",
                "*1\\r\\n*1\\r\\n | arguments are bulk strings, which begin with '$', not with '*'",
                "*1\\r\\n:1\\r\\n | arguments are bulk strings, which begin with '$', not with ':'",
                "*1\\r\\n$-1\\r\\n | the length of an argument is 0 to 2147483647, not -1",
                "*-2\\r\\n | the number of arguments is 0 to 2147483647, not -2",
                "*1x\\r\\n | the number of arguments is a number, and has 'x' in it",
                "*+1\\r\\n | the number of arguments is a number, and has '+' in it",
                "*\\r\\n | the number of arguments is missing",
                "*-\\r\\n | the number of arguments is missing",
                "*01\\r\\n | the number of arguments begins with a zero",
                "*1\\r$ | ends with \\r\\n, not with \\r and '$'",
                "*99999999999999999 | the number of arguments has too many digits",
                "*4294967297\\r\\n | the number of arguments is 0 to 2147483647, not 4294967297",
                "*2147483647\\r\\n | a command has at most 1024 arguments here, not 2147483647",
                "*1025\\r\\n | a command has at most 1024 arguments here, not 1025",
                "*1\\r\\n$1048577\\r\\n | an argument has at most 1048576 bytes here, not 1048577",
                "*2\\r\\n$1048576\\r\\n | !",
                "*1\\r\\n$1\\r\\nab\\r\\n | an argument is not as long as it says: its bytes are followed by 'b'",
                "*1\\r\\n$1\\r\\na\\rb | an argument is not as long as it says",
            })
    void saysWhatIsWrong(String wire, String why) {
        String text = wire.replace("\\r", "\r").replace("\\n", "\n");
        if (why.equals("!")) {
            read(text);
            return;
        }
        ByteBuf in = bytes(text);
        assertThatThrownBy(() -> reader.read(in, this::take))
                .isInstanceOf(RespException.class)
                .hasMessageContaining(why);
        assertThat(in.refCnt()).isZero();
        assertThat(reader.isClosed()).isTrue();
        read(GET);
        assertThat(commands).as("nothing is read after that").isEmpty();
    }

    @Test
    void aStrangerMayNotSendMuch() {
        RespReader stranger = new RespReader(RespLimits.STRANGER);
        assertThatThrownBy(() -> stranger.read(bytes("*11\r\n"), this::take))
                .hasMessageContaining("at most 10 arguments");
        RespReader other = new RespReader(RespLimits.STRANGER);
        assertThatThrownBy(() -> other.read(bytes("*2\r\n$4\r\nAUTH\r\n$16385\r\n"), this::take))
                .hasMessageContaining("at most 16384 bytes");
        RespReader third = new RespReader(RespLimits.STRANGER);
        String half = "$16384\r\n" + "x".repeat(16_384) + "\r\n";
        assertThatThrownBy(() -> third.read(bytes("*10\r\n" + half + half + half), this::take))
                .hasMessageContaining("a command has at most 32768 bytes");
    }

    @Test
    void otherLimitsHoldFromTheNextCommandOn() {
        RespReader stranger = new RespReader(RespLimits.STRANGER);
        String many = "*12\r\n" + "$1\r\na\r\n".repeat(12);
        stranger.read(bytes("*2\r\n$4\r\nAUTH\r\n$1\r\nx\r\n" + many), command -> {
            take(command);
            stranger.limits(RespLimits.upTo(1 << 20));
        });
        assertThat(commands).hasSize(2);
        assertThat(commands.get(1)).hasSize(12);
    }

    @Test
    void whatIsOnlyAnnouncedTakesNoMemory() {
        read("*1024\r\n$1048576\r\n");
        assertThat(reader.heldBytes()).isLessThan(100);
        for (int i = 0; i < 1_000; i++) {
            read("x".repeat(100));
        }
        assertThat(reader.heldBytes()).isLessThan(2 * 100_100 + 64);
    }

    @Test
    void emptyArraysAndLinesKeepNothing() {
        read("*0\r\n".repeat(10_000) + "*-1\r\n".repeat(10_000) + "\r\n".repeat(10_000));
        assertThat(commands).isEmpty();
        assertThat(reader.heldBytes()).isZero();
    }

    @Test
    void aSinkMayPauseItAndNothingIsLostOrTurnedRound() {
        ByteBuf in = bytes(GET + GET + "*1\r\n$4\r\nPI");
        reader.read(in, command -> {
            take(command);
            reader.pause();
        });
        assertThat(commands).hasSize(1);
        assertThat(in.refCnt()).as("what is not read is kept").isOne();
        ByteBuf more = bytes("NG\r\n" + GET);
        reader.read(more, this::take);
        assertThat(commands).as("what comes while it pauses").hasSize(1);
        assertThat(reader.isPaused()).isTrue();
        reader.resume(command -> {
            take(command);
            reader.pause();
        });
        assertThat(commands).hasSize(2);
        reader.resume(this::take);
        assertThat(commands)
                .containsExactly(
                        List.of("GET", "hello"), List.of("GET", "hello"), List.of("PING"), List.of("GET", "hello"));
        assertThat(in.refCnt() + more.refCnt()).isZero();
        assertThat(reader.isPaused()).isFalse();
        reader.resume(this::take);
        assertThat(commands).hasSize(4);
    }

    @Test
    void aPauseAtTheEndOfACommandThatWasHeldKeepsTheRest() {
        read("*1\r\n$4\r\nPI");
        ByteBuf in = bytes("NG\r\n" + GET);
        reader.read(in, command -> {
            take(command);
            reader.pause();
        });
        assertThat(commands).containsExactly(List.of("PING"));
        reader.resume(this::take);
        assertThat(commands).hasSize(2);
        assertThat(in.refCnt()).isZero();
    }

    @Test
    void whatIsWrongBehindAPauseIsToldWhenItGoesOn() {
        ByteBuf in = bytes(GET + "nonsense");
        reader.read(in, command -> reader.pause());
        assertThatThrownBy(() -> reader.resume(this::take)).isInstanceOf(RespException.class);
        assertThat(in.refCnt()).isZero();
        assertThat(reader.isClosed()).isTrue();
    }

    @Test
    void closingFreesWhatIsNotRead() {
        ByteBuf in = bytes(GET + GET);
        reader.read(in, command -> reader.pause());
        ByteBuf more = bytes(GET);
        reader.read(more, this::take);
        reader.close();
        assertThat(in.refCnt() + more.refCnt()).isZero();
        reader.resume(this::take);
        assertThat(commands).isEmpty();
    }

    @Test
    void aSinkMayPauseAndCloseIt() {
        ByteBuf in = bytes(GET + GET);
        reader.read(in, command -> {
            reader.pause();
            reader.close();
        });
        assertThat(in.refCnt()).isZero();
    }

    @Test
    void aSinkMayCloseItAndIsToldNothingMore() {
        reader.read(bytes(GET + GET), command -> {
            take(command);
            reader.close();
        });
        assertThat(commands).hasSize(1);
        read("*1\r\n$4\r\nPI");
        assertThat(commands).hasSize(1);
    }

    @Test
    void aSinkThatThrowsClosesIt() {
        read("*1\r\n$4\r\nPI");
        assertThatThrownBy(() -> reader.read(bytes("NG\r\n"), command -> {
                    throw new IllegalArgumentException("no");
                }))
                .hasMessage("no");
        assertThat(reader.isClosed()).isTrue();
    }

    @Test
    void wordsAreComparedInAnyCase() {
        reader.read(bytes("*2\r\n$3\r\ngEt\r\n$5\r\nhéllo\r\n"), command -> {
            assertThat(command.is(0, "GET")).isTrue();
            assertThat(command.is(0, "SET")).isFalse();
            assertThat(command.is(0, "GE")).isFalse();
            assertThat(command.slice(1).readableBytes()).isEqualTo(5);
            assertThat(command.bytes()).isEqualTo(24);
            assertThat(command).hasToString("RespCommand[2 arguments]");
        });
    }
}
