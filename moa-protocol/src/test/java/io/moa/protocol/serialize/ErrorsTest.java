package io.moa.protocol.serialize;

import static org.assertj.core.api.Assertions.assertThat;

import io.moa.annotation.ErrorCode;
import io.moa.annotation.SubTypes;
import io.moa.invoke.CallException;
import io.moa.invoke.Executed;
import io.moa.invoke.Hints;
import io.moa.invoke.RemoteApplicationException;
import io.moa.invoke.RemoteCause;
import io.moa.invoke.Reply;
import io.moa.invoke.Status;
import io.moa.invoke.ThrownError;
import io.moa.protocol.frame.ErrorDetails;
import io.moa.protocol.frame.ReplyHeader;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import java.io.IOException;
import java.math.BigDecimal;
import java.time.LocalDate;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeoutException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What an implementation throws is written, carried as bytes, and read, as between two processes. */
final class ErrorsTest {

    /** Has no constructor that anybody could guess, and composes its message. */
    @ErrorCode("OUT_OF_STOCK")
    static class OutOfStock extends Exception {

        private static final long serialVersionUID = 1L;

        private final String article;
        private final int left;
        private final BigDecimal price;
        private final List<LocalDate> expected;
        private transient Object notes = new Object();

        OutOfStock(String article, int left, BigDecimal price, List<LocalDate> expected, Throwable cause) {
            super("not enough", cause);
            this.article = article;
            this.left = left;
            this.price = price;
            this.expected = expected;
        }

        @Override
        public String getMessage() {
            return article + ": " + super.getMessage() + ", " + left + " left";
        }
    }

    static final class AllGone extends OutOfStock {

        private static final long serialVersionUID = 1L;

        private final int left = 77; // hides the parent's

        AllGone(String article) {
            super(article, 0, BigDecimal.ONE, List.of(), null);
        }
    }

    static final class Named extends RuntimeException {
        private static final long serialVersionUID = 1L;

        Named(String message) {
            super(message);
        }
    }

    static final class Secretive extends Exception {

        private static final long serialVersionUID = 1L;

        private final Thread thread = Thread.currentThread();
        private final String secret = "s3cret";
    }

    static final class Broken extends Exception {

        private static final long serialVersionUID = 1L;

        @Override
        public String getMessage() {
            throw new IllegalStateException("no");
        }

        @Override
        public synchronized Throwable getCause() {
            throw new IllegalStateException("no");
        }
    }

    @SubTypes(Named.class)
    interface Shop {
        String buy() throws OutOfStock, IOException, TimeoutException, Secretive, Broken;
    }

    interface OldShop {
        String buy() throws OutOfStock;
    }

    private static final OutOfStock SOLD = new OutOfStock(
            "tea\n\"green\"",
            3,
            new BigDecimal("1.50"),
            List.of(LocalDate.of(2027, 2, 28)),
            new IllegalStateException("shelf", new IOException("disk")));

    private final Serializers serializers = Serializers.builtIn(SerializationLimits.DEFAULTS);

    private static Class<?>[] declaredBy(Class<?> service) {
        try {
            return service.getDeclaredMethod("buy").getExceptionTypes();
        } catch (NoSuchMethodException e) {
            throw new AssertionError(e);
        }
    }

    private static Reply.Failure carried(ThrownError error, String message) {
        ByteBuf header = Unpooled.buffer();
        new ReplyHeader(message, error.type(), error.code()).encode(header);
        ByteBuf body = Unpooled.buffer();
        ErrorDetails.encode(error, body);
        ReplyHeader read = ReplyHeader.parse(header, 0, header.readableBytes());
        return new Reply.Failure(
                Status.APPLICATION,
                Executed.YES,
                read.message(),
                ErrorDetails.parse(read, body, 0, body.readableBytes()),
                Hints.NONE,
                null);
    }

    private ThrownError write(Throwable thrown, String serializer) {
        return new ErrorWriter(declaredBy(Shop.class), AllowList.ofService(Shop.class), serializers.require(serializer))
                .write(thrown);
    }

    private Throwable arrives(Throwable thrown, Class<?> callersEdition, String serializer) {
        return ErrorReader.of(
                        declaredBy(callersEdition),
                        AllowList.ofService(callersEdition),
                        serializers.require(serializer))
                .read(carried(write(thrown, serializer), ErrorWriter.messageOf(thrown)), null);
    }

    @ParameterizedTest
    @ValueSource(strings = {"hessian", "json", "protobuf"})
    void declaredExceptionArrivesAsItselfWithAllItHolds(String serializer) {
        assertThat(arrives(SOLD, Shop.class, serializer)).isInstanceOfSatisfying(OutOfStock.class, read -> {
            assertThat(read).hasMessage(SOLD.getMessage());
            assertThat(read.article).isEqualTo("tea\n\"green\"");
            assertThat(read.left).isEqualTo(3);
            assertThat(read.price).isEqualTo(new BigDecimal("1.50"));
            assertThat(read.expected).isEqualTo(List.of(LocalDate.of(2027, 2, 28)));
            assertThat(read.notes).isNull();
            assertThat(read.getStackTrace()[0].getClassName()).doesNotContain("OutOfStock");
            assertThat(read.getCause())
                    .isInstanceOf(IllegalStateException.class)
                    .hasMessage("shelf");
            assertThat(read.getCause().getCause())
                    .isInstanceOf(IOException.class)
                    .hasMessage("disk");
        });
    }

    @ParameterizedTest
    @ValueSource(strings = {"hessian", "json"})
    void subclassThatTheCallerDoesNotKnowArrivesAsTheDeclaredParent(String serializer) {
        assertThat(arrives(new AllGone("tea"), OldShop.class, serializer))
                .isExactlyInstanceOf(OutOfStock.class)
                .hasMessage("tea: not enough, 0 left");
    }

    @Test
    void messagesStayExactly() {
        for (String message : Arrays.asList(null, "", "a\r\nb\tc", "x".repeat(8_000), "größer 𝄞", " ")) {
            assertThat(arrives(new Named(message), Shop.class, "hessian"))
                    .isInstanceOf(Named.class)
                    .hasMessage(message);
            assertThat(arrives(new IOException(message), Shop.class, "json"))
                    .isInstanceOf(IOException.class)
                    .hasMessage(message);
        }
        assertThat(arrives(new Named("x".repeat(20_000)), Shop.class, "hessian"))
                .extracting(Throwable::getMessage)
                .satisfies(text -> assertThat(text).hasSize(8_192).endsWith("…"));
    }

    @Test
    void undeclaredExceptionIsNamedAndItsFieldsStayAtHome() {
        class Internal extends RuntimeException {
            private static final long serialVersionUID = 1L;
            final String password = "hunter2";

            Internal() {
                super("oops", new IllegalArgumentException("why"));
            }
        }
        ThrownError written = write(new Internal(), "hessian");
        assertThat(written.fields()).isEmpty();
        assertThat(arrives(new Internal(), Shop.class, "hessian"))
                .isInstanceOfSatisfying(RemoteApplicationException.class, named -> {
                    assertThat(named.exceptionType()).isEqualTo(Internal.class.getName());
                    assertThat(named).hasMessage(Internal.class.getName() + ": oops");
                    assertThat(named.getCause())
                            .isInstanceOf(IllegalArgumentException.class)
                            .hasMessage("why");
                });
    }

    @Test
    void callerWithoutTheClassIsToldTypeCodeAndCauses() {
        interface Nothing {
            @SuppressWarnings("unused")
            String buy();
        }
        assertThat(arrives(SOLD, Nothing.class, "hessian"))
                .isInstanceOfSatisfying(RemoteApplicationException.class, named -> {
                    assertThat(named.code()).isEqualTo("OUT_OF_STOCK");
                    assertThat(named.exceptionType()).isEqualTo(OutOfStock.class.getName());
                    assertThat(named.getCause()).isInstanceOf(IllegalStateException.class);
                    assertThat(named.getCause().getCause())
                            .isInstanceOf(RemoteCause.class)
                            .hasToString("remote java.io.IOException: disk");
                });
    }

    @Test
    void genericCallerIsToldTheFieldsAsPlainData() {
        BodyCodec any = serializers.require("json").result(Object.class, AllowList.ofValues());
        Throwable read = ErrorReader.untyped(any).read(carried(write(SOLD, "json"), SOLD.getMessage()), null);
        assertThat(read).isInstanceOfSatisfying(RemoteApplicationException.class, named -> {
            assertThat(named.data())
                    .isEqualTo(Map.of(
                            "article",
                            "tea\n\"green\"",
                            "left",
                            3,
                            "price",
                            new BigDecimal("1.50"),
                            "expected",
                            List.of("2027-02-28")));
            assertThat(named.code()).isEqualTo("OUT_OF_STOCK");
        });
    }

    @Test
    void fieldThatCannotBeCarriedIsToldAndNothingIsHalfThere() {
        assertThat(arrives(new Secretive(), Shop.class, "hessian"))
                .isInstanceOf(RemoteApplicationException.class)
                .hasMessageContaining("its data was left out: the field thread cannot be carried")
                .hasMessageNotContaining("s3cret");
        OutOfStock big = new OutOfStock("x".repeat(40_000), 1, BigDecimal.ONE, List.of(), null);
        assertThat(arrives(big, Shop.class, "hessian"))
                .isInstanceOf(RemoteApplicationException.class)
                .hasMessageContaining("the field article cannot be carried");
    }

    @Test
    void exceptionThatThrowsWhenAskedIsStillAnAnswer() {
        assertThat(arrives(new Broken(), Shop.class, "hessian"))
                .isInstanceOf(CallException.class)
                .hasMessageContaining("getMessage() threw");
    }

    @Test
    void fieldsThatTheOtherEditionDoesNotHaveAreSkippedOrLeftAtTheirDefault() {
        ThrownError written = write(SOLD, "hessian");
        ThrownError other = new ThrownError(
                written.type(),
                null,
                null,
                written.text(),
                List.of(),
                List.of(written.fields().get(0), new ThrownError.Field("added", new byte[] {(byte) 0xFF})),
                null);
        Throwable read = ErrorReader.of(
                        declaredBy(Shop.class), AllowList.ofService(Shop.class), serializers.require("hessian"))
                .read(carried(other, "x"), null);
        assertThat(read).isInstanceOfSatisfying(OutOfStock.class, sold -> {
            assertThat(sold.article).isEqualTo("tea\n\"green\"");
            assertThat(sold.left).isZero();
            assertThat(sold.price).isNull();
        });
    }

    @Test
    void hostileDetailsCreateNothingAndHideNothing() {
        ErrorReader reader =
                ErrorReader.of(declaredBy(Shop.class), AllowList.ofService(Shop.class), serializers.require("hessian"));
        byte[] gadget = {'C', 6, 'e', 'v', 'i', 'l', '.', 'X', (byte) 0x90, 0x60};
        for (byte[] value : List.of(gadget, new byte[] {'N'}, new byte[0], new byte[] {'Z', 'Z'})) {
            ThrownError error = new ThrownError(
                    OutOfStock.class.getName(),
                    null,
                    null,
                    "t",
                    List.of(),
                    List.of(new ThrownError.Field("left", value)),
                    null);
            assertThat(reader.read(carried(error, "m"), null))
                    .isInstanceOf(RemoteApplicationException.class)
                    .hasMessage(OutOfStock.class.getName() + ": m");
        }
        for (String type : List.of("javax.script.ScriptEngineManager", "java.lang.Runtime", "", "[I")) {
            ThrownError error =
                    new ThrownError(type, null, type, "t", List.of(new ThrownError.Cause(type, "c")), List.of(), null);
            assertThat(reader.read(carried(error, "m"), null)).isInstanceOf(RemoteApplicationException.class);
        }
        ByteBuf junk = Unpooled.wrappedBuffer(new byte[] {(byte) 0xFF, (byte) 0xFF, 1});
        ThrownError read = ErrorDetails.parse(new ReplyHeader("m", "shop.X", null), junk, 0, 3);
        assertThat(read.type()).isEqualTo("shop.X");
        assertThat(read.leftOut()).contains("cannot be read");
        ByteBuf huge = Unpooled.buffer().writeZero(ErrorDetails.MAX_BYTES + 1);
        assertThat(ErrorDetails.parse(new ReplyHeader("m", "shop.X", null), huge, 0, huge.readableBytes())
                        .leftOut())
                .contains("over the limit of 131072");
    }

    @Test
    void circleOfCausesEnds() {
        Exception first = new Exception("first");
        Exception second = new Exception("second", first);
        first.initCause(second);
        assertThat(write(first, "hessian").causes()).hasSize(1);
        Exception deep = new Exception("0");
        for (int i = 1; i < 50; i++) {
            deep = new Exception("" + i, deep);
        }
        assertThat(write(deep, "hessian").causes()).hasSize(ThrownError.MAX_CAUSES);
    }
}
