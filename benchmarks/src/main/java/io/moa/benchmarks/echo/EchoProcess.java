package io.moa.benchmarks.echo;

import io.moa.benchmarks.ChildProcess;
import java.io.BufferedReader;
import java.io.InputStreamReader;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * One end of one contender: the main class of the two measured processes.
 *
 * <p>It takes orders, one word per line, on the standard input, and answers each with a line on the standard output that
 * begins with {@value ChildProcess#MARK}:
 *
 * <pre>
 * (started)     @ready port=PORT     the server listens, or the client is connected (port 0)
 * load          @loading             client only: calls begin, uncounted
 * compiled      @compiled MILLIS     time of the just-in-time compiler so far
 * begin [FILE]  @begun               the window is open; with FILE, a profile is being recorded
 * end           @ended name=value …  the window is closed; what was used and seen in it
 * </pre>
 *
 * <p>{@code @ready missing=SENTENCE}, with {@code _} for blanks, says that the peer cannot do what is asked; {@code @failed
 * SENTENCE} that it broke. The process ends when its input does, so that it never outlives its parent.
 */
public final class EchoProcess {

    private static final String MARK = ChildProcess.MARK;

    private final PrintStream answers;
    private final Meter meter = new Meter();
    private final @Nullable Load load;
    private @Nullable Profile profile;
    private CountDownLatch windowClosed = new CountDownLatch(0);

    private EchoProcess(PrintStream answers, @Nullable Load load) {
        this.answers = answers;
        this.load = load;
    }

    /** Arguments: {@code server|client}, the contender, the port (0 for a server), then the words of the options. */
    public static void main(String[] args) {
        PrintStream answers = System.out;
        System.setOut(System.err); // a peer that prints must not look like an answer
        int exit = 0;
        try {
            EchoPeer peer = Contenders.named(args[1]);
            EchoOptions options = EchoOptions.parse(List.of(Arrays.copyOfRange(args, 3, args.length)));
            int port = Integer.parseInt(args[2]);
            Load load = null;
            if (args[0].equals("server")) {
                port = peer.start(options);
            } else {
                EchoCall echo = peer.connect("127.0.0.1", port, options);
                load = options.open() ? new OpenLoop(echo, options) : new ClosedLoop(echo, options);
            }
            answers.println(MARK + "ready port=" + port);
            new EchoProcess(answers, load).obey();
        } catch (Unavailable e) {
            answers.println(
                    MARK + "ready missing=" + String.valueOf(e.getMessage()).replace(' ', '_'));
        } catch (Throwable e) {
            e.printStackTrace();
            answers.println(MARK + "failed " + e);
            exit = 1;
        }
        answers.flush();
        // the peer's threads need not be daemons
        Runtime.getRuntime().halt(exit);
    }

    private void obey() throws Exception {
        BufferedReader orders = new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8));
        for (String order = orders.readLine(); order != null; order = orders.readLine()) {
            if (order.equals("load") && load != null) {
                load.start();
                answers.println(MARK + "loading");
            } else if (order.equals("compiled")) {
                answers.println(MARK + "compiled " + Meter.compilationMillis());
            } else if (order.equals("begin") || order.startsWith("begin ")) {
                begin(order.length() > 6 ? Path.of(order.substring(6)) : null);
                answers.println(MARK + "begun");
            } else if (order.equals("end")) {
                answers.println(MARK + "ended " + end());
            } else {
                throw new IllegalArgumentException("no such order: " + order);
            }
        }
    }

    private void begin(@Nullable Path recording) throws Exception {
        if (recording != null) {
            profile = Profile.record(recording);
        }
        windowClosed = new CountDownLatch(1);
        meter.begin();
        if (load != null) {
            load.begin();
        }
        CountDownLatch until = windowClosed;
        Thread looking = new Thread(() -> look(until), "meter");
        looking.setDaemon(true);
        looking.start();
    }

    private void look(CountDownLatch until) {
        try {
            while (!until.await(1, TimeUnit.SECONDS)) {
                meter.look();
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private String end() throws Exception {
        Usage usage = meter.end(); // first: nothing that follows belongs to the window
        if (profile != null) {
            profile.stop();
        }
        windowClosed.countDown();
        Map<String, Object> fields = new LinkedHashMap<>();
        usage.write(fields);
        if (load != null) {
            load.end().write(fields);
        }
        if (profile != null) {
            profile.close();
            profile = null;
        }
        return fields.entrySet().stream()
                .map(field -> field.getKey() + "=" + field.getValue())
                .collect(Collectors.joining(" "));
    }
}
