package io.moa.e2e.proxy;

import io.moa.Moa;
import io.moa.client.MoaClient;
import io.moa.invoke.CallException;
import io.moa.invoke.Status;
import io.moa.registry.redis.RedisConfig;
import io.moa.registry.redis.RedisRegistry;
import io.moa.registry.redis.RedisRules;
import io.moa.testkit.Eventually;
import java.io.File;
import java.io.IOException;
import java.lang.ProcessBuilder.Redirect;
import java.net.ServerSocket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;
import redis.clients.jedis.Jedis;

/** What {@code clients/published/run} starts: real processes of three languages, published, called, limited and killed. */
final class PublishedSuite {

    private static final Duration PATIENCE = Duration.ofSeconds(60);

    private final Path root;
    private final Path work;
    private final String fpm;
    private final List<Process> started = new ArrayList<>();
    private final Map<String, Process> services = new TreeMap<>();
    private final Map<String, Integer> ports = new TreeMap<>();
    private int failed;
    private String registry = "";

    private PublishedSuite(Path root, Path work, String fpm) {
        this.root = root;
        this.work = work;
        this.fpm = fpm;
    }

    public static void main(String[] arguments) throws Exception {
        PublishedSuite suite = new PublishedSuite(Path.of(arguments[0]), Path.of(arguments[1]), arguments[2]);
        try {
            suite.run();
        } finally {
            suite.started.forEach(PublishedSuite::kill);
        }
        System.out.println(suite.failed == 0 ? "All is as it has to be." : suite.failed + " failed");
        System.exit(suite.failed == 0 ? 0 : 1);
    }

    private void run() throws Exception {
        int redis = freePort();
        registry = "redis://127.0.0.1:" + redis;
        start("redis", "redis-server", "--port", "" + redis, "--save", "", "--dir", work.toString());
        for (String each : List.of("php", "python", "node")) {
            ports.put(each, freePort());
            startService(each);
        }
        int outbound = freePort();
        Files.writeString(work.resolve("proxy.json"), proxyFile(outbound));
        Process proxy = start(
                "proxy", root.resolve("moa").toString(), "proxy", "-r", registry, "" + work.resolve("proxy.json"));
        start("watcher", root.resolve("moa").toString(), "watcher", "-r", registry);

        try (RedisRegistry known = RedisRegistry.open(RedisConfig.parse(registry));
                RedisRules rules = RedisRules.open(RedisConfig.parse(registry));
                Moa moa = Moa.builder("java-shop").registry(known).rules(rules).build();
                MoaClient client = MoaClient.builder(moa).build()) {
            PublishedStock stock = client.stub(PublishedStock.class);
            calls(client, stock);
            limits(stock);
            calledFromElsewhere(outbound);
            dies("php", stock);
            comesBack("php", stock);
            dies("python", stock);
            proxyDies(proxy);
        }
    }

    private String proxyFile(int outbound) {
        String services =
                "\"services\": [{\"service\": \"shop.Stock\", \"methods\": [{\"name\": \"reserve\", \"parameters\": [\"item\","
                        + " \"count\"]}, \"echo\", \"who\"]}]";
        return "{\"application\": \"shop\", \"outbound\": {\"port\": " + outbound + "}, \"publish\": [\n"
                + "  {\"to\": \"fastcgi://127.0.0.1:" + ports.get("php") + work + "/stock.php\", " + services + "},\n"
                + "  {\"to\": \"resp://127.0.0.1:" + ports.get("python") + "\", " + services + "},\n"
                + "  {\"to\": \"http://127.0.0.1:" + ports.get("node") + "/\", " + services + "}\n]}\n";
    }

    private void startService(String language) throws IOException {
        String port = "" + ports.get(language);
        Process process =
                switch (language) {
                    case "php" -> {
                        Path config = work.resolve("fpm.conf");
                        Files.writeString(
                                config,
                                "[global]\nerror_log = " + work
                                        + "/fpm.log\ndaemonize = no\n[stock]\nlisten = 127.0.0.1:"
                                        + port
                                        + "\npm = static\npm.max_children = 8\nuser = nobody\ngroup = nogroup\n");
                        yield start("php", fpm, "-F", "-R", "-y", config.toString());
                    }
                    case "python" -> start("python", "/usr/bin/python3", work + "/stock.py", port);
                    default -> start("node", "node", work + "/stock.js", port);
                };
        services.put(language, process);
    }

    private void calls(MoaClient client, PublishedStock stock) throws Exception {
        Map<String, Integer> answered = new TreeMap<>();
        check("a service in PHP, Python and Node.js each answers calls from Java", () -> {
            answered.merge(whoever(stock), 1, Integer::sum);
            return answered.keySet().containsAll(List.of("php", "python", "node"));
        });
        String text = "\"ä\n漢字 😀";
        String large = "x".repeat(1 << 20);
        int right = 0;
        int large1 = 0;
        int refused = 0;
        for (int i = 0; i < 30; i++) {
            right += stock.echo(text).equals(text) && stock.reserve("grün", 3) == 12 ? 1 : 0;
            large1 += stock.echo(large).equals(large) ? 1 : 0;
            try {
                stock.reserve("top", 101);
            } catch (PublishedStock.OutOfStock out) {
                refused += out.left() == 100 ? 1 : 0;
            }
        }
        tell("30 calls with texts in UTF-8 and numbers", right == 30, right + " were right");
        tell("30 calls with a mebibyte both ways", large1 == 30, large1 + " were right");
        tell(
                "30 exceptions by code and field arrive as the class of the interface",
                refused == 30,
                refused + " were right");
    }

    private void limits(PublishedStock stock) throws Exception {
        Files.writeString(
                work.resolve("few.json"),
                "{\"kind\":\"policy\",\"service\":\"shop.Stock\",\"method\":\"who\",\"set\":{\"rate-limit\":5,\"rate-burst\":1}}");
        moa("rules", "put", "few", work.resolve("few.json").toString());
        check("a live rule limits calls to what is published", () -> {
            try {
                stock.who();
                return false;
            } catch (CallException e) {
                return e.status() == Status.REJECTED;
            }
        });
        int served = 0;
        int rejected = 0;
        long from = System.nanoTime();
        while (System.nanoTime() - from < 2_000_000_000L) {
            try {
                stock.who();
                served++;
            } catch (CallException e) {
                rejected += e.status() == Status.REJECTED ? 1 : 0;
            }
        }
        // three instances of 5 a second each for 2 s, and a burst of each
        tell(
                "and holds: " + served + " served and " + rejected + " refused in 2 s, where 3 × (5 × 2 + 1) may be",
                served <= 36 && served >= 15 && rejected > 0,
                "");
        moa("rules", "rm", "few");
        check("and is taken back", () -> {
            for (int i = 0; i < 50; i++) {
                if (whoever(stock).isEmpty()) {
                    return false;
                }
            }
            return true;
        });
    }

    private void calledFromElsewhere(int outbound) {
        try (Jedis jedis = new Jedis("127.0.0.1", outbound, 30_000)) {
            String answer = jedis.get(
                    "{\"service\":\"shop.Stock\",\"method\":\"reserve\",\"args\":{\"count\":2,\"item\":\"top\"}}");
            tell(
                    "a process that is not in Java calls them by the proxy's own port",
                    "{\"result\":6}".equals(answer),
                    answer);
        }
    }

    private void dies(String language, PublishedStock stock) throws Exception {
        kill(services.get(language));
        long killed = System.nanoTime();
        int calls = 0;
        int lost = 0;
        String said = "";
        long off = 0;
        while (off == 0 && System.nanoTime() - killed < PATIENCE.toNanos()) {
            try {
                calls++;
                stock.reserve("top", 1);
            } catch (CallException e) {
                lost++;
                said = String.valueOf(e.getMessage());
            }
            if (calls % 50 == 0 && online() == 2) {
                off = System.nanoTime();
            }
        }
        tell(
                "the process in " + language + " is killed: " + calls + " calls, " + lost
                        + " failed; off the list after " + TimeUnit.NANOSECONDS.toMillis(off - killed) + " ms",
                lost == 0 && off != 0,
                said);
        String why = moa("ls", "shop.Stock");
        tell("./moa ls says so", why.contains("withdrawn by itself"), why);
        String evidence = evidence(language);
        tell("./moa why tells the evidence: " + evidence, evidence.contains("cannot be reached"), evidence);
    }

    private void comesBack(String language, PublishedStock stock) throws Exception {
        startService(language);
        check("the process in " + language + " is started again, put back and called", () -> whoever(stock)
                .equals(language));
    }

    private void proxyDies(Process proxy) throws Exception {
        long killed = System.nanoTime();
        kill(proxy);
        String[] dead = {""};
        check("the proxy is killed (-9): the watcher takes off what it published", () -> {
            try {
                for (String line : moa("ls", "shop.Stock").lines().toList()) {
                    dead[0] = line.contains("OFFLINE by the watchers") ? line.substring(0, line.indexOf(' ')) : dead[0];
                }
            } catch (Exception e) {
                dead[0] = "";
            }
            return !dead[0].isEmpty();
        });
        long seconds = TimeUnit.NANOSECONDS.toSeconds(System.nanoTime() - killed);
        String why = moa("why", dead[0]);
        int evidence = why.indexOf("evidence");
        tell(
                "after " + seconds
                        + " s, and says why (others are doubted until the watcher's fuse lets it take off more)",
                evidence >= 0 && seconds < 15,
                why);
        System.out.println(
                "      " + why.substring(Math.max(0, evidence)).strip().replace("\n", "\n      "));
    }

    private String evidence(String language) throws Exception {
        for (String line : moa("ls", "shop.Stock").lines().toList()) {
            if (line.contains("withdrawn")) {
                String why = moa("why", line.substring(0, line.indexOf(' ')));
                for (String each : why.lines().toList()) {
                    if (each.startsWith("offline") && each.contains(":" + ports.get(language))) {
                        return each.substring(7).strip();
                    }
                }
            }
        }
        return "none";
    }

    private static String whoever(PublishedStock stock) {
        try {
            return stock.who();
        } catch (CallException e) {
            return "";
        }
    }

    /** How many instances of the service may be called, as an operator sees it. */
    private int online() {
        try {
            for (String line : moa("ls").lines().toList()) {
                String[] words = line.strip().split("\\s+");
                if (words[0].equals("shop.Stock")) {
                    return Integer.parseInt(words[2]);
                }
            }
            return 0;
        } catch (Exception e) {
            return -1;
        }
    }

    private String moa(String... words) throws IOException, InterruptedException {
        List<String> command = new ArrayList<>(List.of(root.resolve("moa").toString()));
        command.addAll(List.of(words));
        command.addAll(List.of("-r", registry));
        Process process =
                new ProcessBuilder(command).redirectError(Redirect.DISCARD).start();
        String told = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        process.waitFor();
        return told;
    }

    private Process start(String name, String... command) throws IOException {
        File log = work.resolve(name + ".log").toFile();
        Process process = new ProcessBuilder(command)
                .directory(work.toFile())
                .redirectErrorStream(true)
                .redirectOutput(Redirect.appendTo(log))
                .start();
        started.add(process);
        return process;
    }

    /** With all of its children, as PHP-FPM has some, and none of them says goodbye. */
    private static void kill(Process process) {
        List<ProcessHandle> all = new ArrayList<>();
        all.add(process.toHandle()); // first, or it would make new ones in their place
        process.descendants().forEach(all::add);
        all.forEach(ProcessHandle::destroyForcibly);
        all.forEach(each -> each.onExit().join());
    }

    private static int freePort() throws IOException {
        try (ServerSocket socket = new ServerSocket(0)) {
            return socket.getLocalPort();
        }
    }

    private void check(String name, BooleanSupplier condition) {
        String fault = "";
        try {
            Eventually.within(PATIENCE).until(condition, () -> "");
        } catch (AssertionError e) {
            fault = String.valueOf(e.getMessage());
        }
        tell(name, fault.isEmpty(), fault);
    }

    private void tell(String name, boolean good, String otherwise) {
        System.out.println((good ? "ok    " : "FAIL  ") + name);
        if (!good) {
            failed++;
            System.out.println("      " + otherwise.replace("\n", "\n      "));
        }
    }
}
