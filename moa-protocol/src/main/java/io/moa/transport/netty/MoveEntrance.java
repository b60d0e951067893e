package io.moa.transport.netty;

import io.moa.protocol.frame.HandOverEditions;
import io.moa.protocol.frame.HandOverMessage;
import io.moa.protocol.frame.HandOverMessage.Step;
import io.netty.bootstrap.ServerBootstrap;
import io.netty.buffer.ByteBuf;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.ChannelOption;
import io.netty.channel.EventLoop;
import io.netty.channel.epoll.EpollDomainSocketChannel;
import io.netty.channel.epoll.EpollServerDomainSocketChannel;
import io.netty.channel.unix.DomainSocketAddress;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.Arrays;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The socket at which a hand-over is offered. It lets one process in, which is of the same user and proves that it knows the nonce, on
 * two connections: messages first, then descriptors. Whoever does not is sent away, and the offer stands. Belongs to its event loop.
 */
final class MoveEntrance {

    /** Told when somebody was let in. */
    interface Host {
        /** @return who listens to it from now on */
        MoveLine.Ear entered(MoveLine line);
    }

    /** The first byte on the connection for descriptors; one for messages begins with 0, as those of a greeting have few bytes. */
    static final byte DESCRIPTORS = 'F';

    /** What a new process says is short. */
    private static final int MAX_BYTES = 64 * 1024;

    private static final Logger LOG = LoggerFactory.getLogger(MoveEntrance.class);

    private final HandOverEditions editions;
    private final Path path;
    private final byte[] nonce;
    private final EventLoop loop;
    private final Duration patience;
    private final Host host;
    private int ownUid;
    private @Nullable Channel door;
    private @Nullable Guest proven;
    private boolean entered;

    MoveEntrance(HandOverEditions editions, Path path, byte[] nonce, EventLoop loop, Duration patience, Host host) {
        this.editions = editions;
        this.path = path;
        this.nonce = nonce.clone();
        this.loop = loop;
        this.patience = patience;
        this.host = host;
    }

    /**
     * Opens the socket. Blocks for a moment; not on an event loop.
     *
     * @throws IOException if that cannot be, or would be open to others
     */
    void open() throws IOException {
        Path folder = path.toAbsolutePath().getParent();
        if (folder == null) {
            throw new IOException(path + " is in no folder");
        }
        if (!Files.exists(folder, LinkOption.NOFOLLOW_LINKS)) {
            Files.createDirectory(
                    folder, PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx------")));
        }
        int self = uid(Path.of("/proc/self"));
        Set<?> open = Files.getPosixFilePermissions(folder, LinkOption.NOFOLLOW_LINKS);
        if (!Files.isDirectory(folder, LinkOption.NOFOLLOW_LINKS)
                || uid(folder) != self
                || !open.equals(PosixFilePermissions.fromString("rwx------"))) {
            throw new IOException(
                    "A hand-over socket stands in a folder of the same user that nobody else may enter, and " + folder
                            + " is none: chmod 700 it, or choose another one");
        }
        Files.deleteIfExists(path);
        ServerBootstrap server = new ServerBootstrap()
                .group(loop, loop)
                .channel(EpollServerDomainSocketChannel.class)
                .childOption(ChannelOption.ALLOW_HALF_CLOSURE, true) // so that what was said last is heard
                .childHandler(new ChannelInitializer<EpollDomainSocketChannel>() {
                    @Override
                    protected void initChannel(EpollDomainSocketChannel channel) {
                        arrive(channel);
                    }
                });
        ownUid = self;
        Channel bound = server.bind(new DomainSocketAddress(path.toFile()))
                .syncUninterruptibly()
                .channel();
        Files.setPosixFilePermissions(path, PosixFilePermissions.fromString("rw-------"));
        door = bound;
    }

    static int uid(Path file) throws IOException {
        return (Integer) Files.getAttribute(file, "unix:uid", LinkOption.NOFOLLOW_LINKS);
    }

    private void arrive(EpollDomainSocketChannel channel) {
        try {
            int uid = channel.peerCredentials().uid();
            if (uid != ownUid || entered) {
                LOG.warn("A process of user {} was not let in at {}{}", uid, path, entered ? ": another one was" : "");
                channel.close();
                return;
            }
        } catch (IOException e) {
            channel.close();
            return;
        }
        channel.pipeline().addLast(new FirstBytes(channel));
        loop.schedule(
                () -> {
                    Guest guest = proven;
                    if (!entered || (guest != null && guest.bytes != channel && guest.descriptors != channel)) {
                        channel.close();
                        if (guest != null && guest.bytes == channel) {
                            proven = null;
                        }
                    }
                },
                patience.toNanos(),
                TimeUnit.NANOSECONDS);
    }

    /** Tells the two kinds of connections apart. */
    private final class FirstBytes extends ChannelInboundHandlerAdapter {
        private final EpollDomainSocketChannel channel;
        private final byte[] said = new byte[1 + MoveProof.PROOF_BYTES];
        private int length;

        FirstBytes(EpollDomainSocketChannel channel) {
            this.channel = channel;
        }

        @Override
        public void channelRead(ChannelHandlerContext ctx, Object message) {
            ByteBuf in = (ByteBuf) message;
            if (length == 0 && in.isReadable() && in.getByte(in.readerIndex()) != DESCRIPTORS) {
                Guest guest = new Guest(channel);
                ctx.pipeline().addLast(guest.messages);
                ctx.pipeline().remove(this);
                guest.messages.channelRead(ctx, in);
                return;
            }
            int more = Math.min(said.length - length, in.readableBytes());
            in.readBytes(said, length, more);
            in.release();
            length += more;
            if (length == said.length) {
                descriptors();
            }
        }

        private void descriptors() {
            Guest guest = proven;
            byte[] proof = Arrays.copyOfRange(said, 1, said.length);
            if (guest == null || entered || !MoveProof.same(proof, guest.expected(MoveProof.Purpose.DESCRIPTORS))) {
                LOG.warn("A process that proves nothing was not let in at {}", path);
                channel.close();
                return;
            }
            channel.pipeline().remove(this);
            guest.enter(channel);
        }
    }

    /** Who has begun to introduce itself. */
    private final class Guest implements MoveLine.Ear {
        private final Channel bytes;
        private final SocketLine line;
        private final MoveMessages messages = new MoveMessages(MAX_BYTES, this);
        private final byte[] own = MoveProof.random();
        private byte[] its = {};
        private @Nullable Channel descriptors;
        private MoveLine.@Nullable Ear heir;

        Guest(Channel bytes) {
            this.bytes = bytes;
            this.line = new SocketLine(bytes);
        }

        byte[] expected(MoveProof.Purpose purpose) {
            return MoveProof.of(purpose, nonce, its, own);
        }

        @Override
        public void heard(HandOverMessage message) {
            if (heir != null) {
                heir.heard(message);
            } else if (message.step() == Step.GREETING && its.length == 0) {
                greeted(message);
            } else if (message.step() == Step.PROOF && its.length > 0 && proven == null) {
                if (MoveProof.same(message.first(), expected(MoveProof.Purpose.NEW))) {
                    proven = this;
                } else {
                    refuse("The proof is wrong: the two processes were not given the same nonce");
                }
            } else {
                refuse("A process that takes over introduces itself, and does not say " + message.step());
            }
        }

        private void greeted(HandOverMessage greeting) {
            if (greeting.first().length != MoveProof.RANDOM_BYTES) {
                refuse("A greeting has " + MoveProof.RANDOM_BYTES + " random bytes");
                return;
            }
            HandOverEditions spoken;
            try {
                spoken = new HandOverEditions(greeting.connection(), greeting.number());
            } catch (IllegalArgumentException e) {
                refuse("A greeting says what its process speaks. " + e.getMessage());
                return;
            }
            long edition = editions.common(spoken);
            if (edition == HandOverEditions.NONE) {
                refuse("The new process speaks " + spoken + " of the hand-over, this one speaks " + editions
                        + ": let this one drain instead");
                return;
            }
            its = greeting.first();
            line.say(new HandOverMessage(Step.CHALLENGE, 0, edition, own, expected(MoveProof.Purpose.OLD)));
        }

        private void refuse(String why) {
            LOG.warn("A process was not let in at {}: {}", path, why);
            line.say(HandOverMessage.refusal(why));
            line.close();
        }

        void enter(Channel channel) {
            descriptors = channel;
            entered = true;
            line.descriptors(channel);
            channel.closeFuture().addListener(ended -> bytes.close());
            heir = host.entered(line);
        }

        @Override
        public void descriptor(int descriptor) {
            throw new IllegalStateException("descriptors go one way");
        }

        @Override
        public void cut(String why) {
            if (heir != null) {
                heir.cut(why);
            } else if (proven == this) {
                proven = null;
            }
        }
    }

    /** Lets nobody in any more, and takes the socket away. */
    void close() {
        Channel open = door;
        if (open != null) {
            open.close();
        }
    }
}
