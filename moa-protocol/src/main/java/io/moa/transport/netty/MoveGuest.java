package io.moa.transport.netty;

import io.moa.protocol.frame.HandOverEditions;
import io.moa.protocol.frame.HandOverMessage;
import io.moa.protocol.frame.HandOverMessage.Step;
import io.netty.bootstrap.Bootstrap;
import io.netty.buffer.Unpooled;
import io.netty.channel.AdaptiveRecvByteBufAllocator;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.ChannelOption;
import io.netty.channel.EventLoop;
import io.netty.channel.epoll.EpollChannelOption;
import io.netty.channel.epoll.EpollDomainSocketChannel;
import io.netty.channel.unix.DomainSocketAddress;
import io.netty.channel.unix.DomainSocketReadMode;
import io.netty.channel.unix.FileDescriptor;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Objects;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;

/** Enters where {@link MoveEntrance} lets in, and leaves what comes then to {@link MoveIn}. Belongs to the event loop. */
final class MoveGuest implements MoveLine.Ear {

    private static final int DESCRIPTORS_PER_READ = 64;

    private final HandOverEditions editions;
    private final Path path;
    private final byte[] nonce;
    private final byte[] own = MoveProof.random();
    private final EventLoop loop;
    private final MoveIn heir;
    private final UnaryOperator<MoveLine> wiring;
    private final MoveMessages messages;
    private @Nullable SocketLine socketLine;
    private @Nullable MoveLine wired;
    private boolean entered;

    MoveGuest(
            HandOverEditions editions,
            Path path,
            byte[] nonce,
            int maxBytes,
            EventLoop loop,
            MoveIn heir,
            UnaryOperator<MoveLine> wiring) {
        this.editions = editions;
        this.path = path;
        this.nonce = nonce.clone();
        this.loop = loop;
        this.heir = heir;
        this.wiring = wiring;
        this.messages = new MoveMessages(maxBytes, this);
    }

    private SocketLine socketLine() {
        return Objects.requireNonNull(socketLine, "not connected");
    }

    private MoveLine wired() {
        return Objects.requireNonNull(wired, "not connected");
    }

    void enter() {
        connect(DomainSocketReadMode.BYTES).addListener(done -> {
            ChannelFuture connected = (ChannelFuture) done;
            if (!connected.isSuccess()) {
                heir.fail("nobody offers anything at " + path + ": " + NettyTransport.reason(connected.cause()));
                return;
            }
            EpollDomainSocketChannel channel = (EpollDomainSocketChannel) connected.channel();
            if (!isOfTheSameUser(channel)) {
                channel.close();
                heir.fail("the process at " + path + " is another user's");
                return;
            }
            SocketLine line = new SocketLine(channel);
            socketLine = line;
            wired = wiring.apply(line);
            channel.pipeline().addLast(messages);
            wired().say(new HandOverMessage(Step.GREETING, editions.lowest(), editions.highest(), own, new byte[0]));
        });
    }

    private boolean isOfTheSameUser(EpollDomainSocketChannel channel) {
        try {
            return channel.peerCredentials().uid() == MoveEntrance.uid(Path.of("/proc/self"));
        } catch (IOException e) {
            return false;
        }
    }

    private ChannelFuture connect(DomainSocketReadMode mode) {
        return new Bootstrap()
                .group(loop)
                .channel(EpollDomainSocketChannel.class)
                .option(EpollChannelOption.DOMAIN_SOCKET_READ_MODE, mode)
                .option(
                        ChannelOption.RECVBUF_ALLOCATOR,
                        new AdaptiveRecvByteBufAllocator().maxMessagesPerRead(DESCRIPTORS_PER_READ))
                .handler(new ChannelInitializer<Channel>() {
                    @Override
                    protected void initChannel(Channel channel) {
                        if (mode == DomainSocketReadMode.FILE_DESCRIPTORS) {
                            channel.pipeline().addLast(new Arrivals());
                        }
                    }
                })
                .connect(new DomainSocketAddress(path.toFile()));
    }

    /** Descriptors, as they come. */
    private final class Arrivals extends ChannelInboundHandlerAdapter {
        @Override
        public void channelRead(ChannelHandlerContext ctx, Object message) {
            heir.descriptor(((FileDescriptor) message).intValue());
        }
    }

    @Override
    public void heard(HandOverMessage message) {
        if (entered) {
            heir.heard(message);
        } else if (message.step() == Step.CHALLENGE) {
            challenged(message);
        } else if (message.step() == Step.REFUSAL) {
            heir.fail("the process that offers refuses: " + message.text());
        } else {
            heir.fail("the process that offers says " + message.step() + " before it has proven anything");
        }
    }

    private void challenged(HandOverMessage challenge) {
        byte[] its = challenge.first();
        if (!MoveProof.same(challenge.second(), MoveProof.of(MoveProof.Purpose.OLD, nonce, own, its))) {
            wired().close();
            heir.fail("the process that offers does not know the nonce");
            return;
        }
        if (!editions.has(challenge.number())) {
            wired().close();
            heir.fail("the process that offers chose edition " + challenge.number()
                    + " of the hand-over, this one speaks " + editions);
            return;
        }
        entered = true;
        heir.entered(wired());
        byte[] proof = MoveProof.of(MoveProof.Purpose.NEW, nonce, own, its);
        // The connection for descriptors comes when the proof has been read, or it would be sent away.
        wired().say(new HandOverMessage(Step.PROOF, 0, 0, proof, new byte[0])).addListener(said -> connect(
                        DomainSocketReadMode.FILE_DESCRIPTORS)
                .addListener(done -> {
                    ChannelFuture connected = (ChannelFuture) done;
                    if (!connected.isSuccess()) {
                        heir.fail("no second connection to " + path + ": " + NettyTransport.reason(connected.cause()));
                        return;
                    }
                    socketLine().descriptors(connected.channel());
                    connected
                            .channel()
                            .writeAndFlush(Unpooled.wrappedBuffer(
                                    new byte[] {MoveEntrance.DESCRIPTORS},
                                    MoveProof.of(MoveProof.Purpose.DESCRIPTORS, nonce, own, its)));
                }));
    }

    @Override
    public void descriptor(int descriptor) {
        heir.descriptor(descriptor);
    }

    @Override
    public void cut(String why) {
        heir.cut(why);
    }
}
