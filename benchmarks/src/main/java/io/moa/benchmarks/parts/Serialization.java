package io.moa.benchmarks.parts;

import com.caucho.hessian.io.Hessian2Input;
import com.caucho.hessian.io.Hessian2Output;
import com.caucho.hessian.io.SerializerFactory;
import io.moa.benchmarks.parts.UserPage.User;
import io.moa.protocol.serialize.AllowList;
import io.moa.protocol.serialize.BodyCodec;
import io.moa.protocol.serialize.HessianSerializer;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufInputStream;
import io.netty.buffer.ByteBufOutputStream;
import io.netty.buffer.PooledByteBufAllocator;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;
import org.openjdk.jmh.annotations.Warmup;

/**
 * A {@link UserPage} to bytes and back, in nanoseconds per page: MOA's Hessian, guard included; the library
 * {@code com.caucho:hessian} as it comes, with one factory for all; and as the floor a format without names, types or
 * references, written by hand for this one class. All write to and read from a pooled direct buffer, as on a connection.
 */
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Warmup(iterations = 5, time = 1)
@Measurement(iterations = 5, time = 1)
@Fork(
        value = 2,
        jvmArgsAppend = {"-Xms512m", "-Xmx512m", "-XX:+UseG1GC"})
public class Serialization {

    /** What the service declares. */
    public interface Users {
        UserPage page(int number);
    }

    /** One connection's buffers and the codecs. */
    @State(Scope.Thread)
    public static class Page {
        private final UserPage page = UserPage.sample();
        private final BodyCodec codec =
                new HessianSerializer().result(UserPage.class, AllowList.ofService(Users.class));
        private final SerializerFactory factory = new SerializerFactory();
        private final ByteBuf out = PooledByteBufAllocator.DEFAULT.directBuffer(8192);
        private final ByteBuf moa = PooledByteBufAllocator.DEFAULT.directBuffer(8192);
        private final ByteBuf caucho = PooledByteBufAllocator.DEFAULT.directBuffer(8192);
        private final ByteBuf flat = PooledByteBufAllocator.DEFAULT.directBuffer(8192);

        @Setup
        public void encodeOnce() throws IOException {
            codec.encode(page, moa);
            writeCaucho(caucho);
            writeFlat(page, flat);
            System.out.println("bytes: moa " + moa.readableBytes() + ", caucho " + caucho.readableBytes() + ", floor "
                    + flat.readableBytes());
        }

        @TearDown
        public void free() {
            out.release();
            moa.release();
            caucho.release();
            flat.release();
        }

        private void writeCaucho(ByteBuf to) throws IOException {
            Hessian2Output output = new Hessian2Output(new ByteBufOutputStream(to));
            output.setSerializerFactory(factory);
            output.writeObject(page);
            output.flush();
        }
    }

    @Benchmark
    public int encodeMoa(Page page) {
        page.codec.encode(page.page, page.out.clear());
        return page.out.readableBytes();
    }

    @Benchmark
    public @Nullable Object decodeMoa(Page page) {
        return page.codec.decode(page.moa.readerIndex(0));
    }

    @Benchmark
    public int encodeCaucho(Page page) throws IOException {
        page.writeCaucho(page.out.clear());
        return page.out.readableBytes();
    }

    @Benchmark
    public Object decodeCaucho(Page page) throws IOException {
        Hessian2Input input = new Hessian2Input(new ByteBufInputStream(page.caucho.readerIndex(0)));
        input.setSerializerFactory(page.factory);
        return input.readObject();
    }

    @Benchmark
    public int encodeFloor(Page page) {
        writeFlat(page.page, page.out.clear());
        return page.out.readableBytes();
    }

    @Benchmark
    public Object decodeFloor(Page page) {
        return readFlat(page.flat.readerIndex(0));
    }

    private static void writeFlat(UserPage page, ByteBuf to) {
        to.writeInt(page.total()).writeInt(page.users().size());
        for (User user : page.users()) {
            to.writeLong(user.id);
            writeText(user.name, to);
            writeText(user.email, to);
            writeText(user.phone, to);
            to.writeInt(user.age).writeInt(user.level).writeBoolean(user.active);
            to.writeDouble(user.balance).writeLong(user.createdAt);
            writeText(user.city, to);
            writeText(user.department, to);
            to.writeInt(user.permissions.size());
            for (Integer each : user.permissions) {
                to.writeInt(each);
            }
        }
    }

    private static void writeText(String text, ByteBuf to) {
        int start = to.writerIndex();
        to.writeShort(0);
        to.setShort(start, to.writeCharSequence(text, StandardCharsets.UTF_8));
    }

    private static UserPage readFlat(ByteBuf from) {
        int total = from.readInt();
        int count = from.readInt();
        List<User> users = new ArrayList<>(count);
        for (int i = 0; i < count; i++) {
            User user = new User();
            user.id = from.readLong();
            user.name = readText(from);
            user.email = readText(from);
            user.phone = readText(from);
            user.age = from.readInt();
            user.level = from.readInt();
            user.active = from.readBoolean();
            user.balance = from.readDouble();
            user.createdAt = from.readLong();
            user.city = readText(from);
            user.department = readText(from);
            int permissions = from.readInt();
            user.permissions = new ArrayList<>(permissions);
            for (int j = 0; j < permissions; j++) {
                user.permissions.add(from.readInt());
            }
            users.add(user);
        }
        return UserPage.of(total, users);
    }

    private static String readText(ByteBuf from) {
        return from.readCharSequence(from.readUnsignedShort(), StandardCharsets.UTF_8)
                .toString();
    }
}
