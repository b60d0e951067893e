package io.moa.transport.netty;

import io.moa.invoke.Attributes;
import io.moa.invoke.Caller;
import io.moa.invoke.Deadline;
import io.moa.invoke.Executed;
import io.moa.invoke.Invocation;
import io.moa.invoke.Ledger;
import io.moa.invoke.MethodId;
import io.moa.invoke.Payload;
import io.moa.invoke.Phase;
import io.moa.invoke.Reply;
import io.moa.invoke.Status;
import io.moa.protocol.frame.KeptBytes;
import io.moa.protocol.frame.RespState;
import io.moa.protocol.payload.BytesPayload;
import io.moa.protocol.resp.RespCommand;
import io.moa.protocol.resp.RespWriter;
import io.moa.protocol.serialize.JsonEnvelope;
import io.moa.protocol.serialize.JsonReply;
import io.moa.protocol.serialize.JsonRequest;
import io.moa.protocol.serialize.SerializationException;
import io.moa.transport.Host;
import io.moa.transport.RespAnswer;
import io.moa.transport.RespHost;
import io.netty.buffer.ByteBuf;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;

/**
 * What the commands of one RESP client do, and what is known of it. Calls are {@code GET} and {@code MGET}; what stock clients send when they connect is
 * answered as they expect. Belongs to the event loop.
 */
final class RespCommands {

    /** As what this server looks to clients that go by the version of Redis. */
    private static final String REDIS_VERSION = "7.2.0";

    private static final int MAX_FAILURES = 3;
    private static final int MAX_NAME_CHARS = 255;
    private static final Duration DEFAULT_TIMEOUT = Duration.ofSeconds(1); // of calls that are not run

    /** What stands for the types of a method that is not there. */
    private static final String UNKNOWN_TYPES = "(?)";

    private static final String DEFAULT_USER = "default";
    private static final AtomicLong IDS = new AtomicLong();

    private final RespConnection connection;
    private final Host server;
    private final RespHost host;
    private final boolean local;
    private final long id;
    private int version = 2;
    private boolean known;
    private int failures;
    private String user = DEFAULT_USER;
    private String name = "";
    private @Nullable JsonEnvelope last; // what the last request said, and
    private RespHost.@Nullable Target lastMeant; // what all that say the same mean

    RespCommands(RespConnection connection, Host server, RespHost host, boolean local) {
        this.connection = connection;
        this.server = server;
        this.host = host;
        this.local = local;
        this.id = IDS.incrementAndGet();
        if (host.access(local) == RespHost.Access.OPEN) {
            welcome();
        }
    }

    /** Goes on with a client that another process has served. What it was let in for there, it is here. */
    RespCommands(RespConnection connection, Host server, RespHost host, boolean local, RespState state) {
        this.connection = connection;
        this.server = server;
        this.host = host;
        this.local = local;
        this.id = state.id();
        IDS.accumulateAndGet(state.id(), Math::max);
        this.version = state.version();
        this.failures = state.failures();
        this.user = state.user();
        this.name = state.name();
        if (state.known() || host.access(local) == RespHost.Access.OPEN) {
            welcome();
        }
    }

    /** What is known of the client, for a process that goes on with it. */
    RespState state(byte[] unread, byte[] unsent, List<RespState.Owed> owed) {
        return new RespState(version, known, user, name, failures, id, unread, unsent, owed);
    }

    private void welcome() {
        known = true;
        connection.welcome();
    }

    /** Does what a command says. */
    void execute(RespCommand command) {
        if (known && command.is(0, "GET")) {
            if (hasArguments(command, 2, 2)) {
                call(command.slice(1), command.memory());
            }
            return;
        }
        if (known && command.is(0, "MGET")) {
            if (hasArguments(command, 2, Integer.MAX_VALUE)) {
                int count = command.count() - 1;
                connection.answer(out -> RespWriter.array(out, count));
                for (int i = 1; i <= count; i++) {
                    call(command.slice(i), command.memory());
                }
            }
            return;
        }
        String verb = word(command, 0);
        switch (verb) {
            case "AUTH" -> auth(command);
            case "HELLO" -> hello(command);
            case "QUIT" -> {
                ok();
                connection.leave();
            }
            default -> {
                if (known) {
                    answer(verb, command);
                } else {
                    refuseStranger();
                }
            }
        }
    }

    private static String word(RespCommand command, int argument) {
        return command.length(argument) > 64 ? "" : command.text(argument).toUpperCase(Locale.ROOT);
    }

    private boolean hasArguments(RespCommand command, int least, int most) {
        if (command.count() >= least && command.count() <= most) {
            return true;
        }
        error("ERR", "wrong number of arguments for '" + word(command, 0).toLowerCase(Locale.ROOT) + "' command");
        return false;
    }

    private void ok() {
        connection.answer(out -> RespWriter.simple(out, "OK"));
    }

    private void error(String code, String text) {
        connection.answer(out -> RespWriter.error(out, code, text));
    }

    // ---- who it is

    private void refuseStranger() {
        if (host.access(local) == RespHost.Access.CLOSED) {
            error("NOAUTH", host.whyClosed());
            connection.leave();
        } else {
            error("NOAUTH", "Authentication required: AUTH <password>, or AUTH <user> <password>");
        }
    }

    private void auth(RespCommand command) {
        if (command.count() != 2 && command.count() != 3) {
            hasArguments(command, 2, 3);
            return;
        }
        String who = command.count() == 3 ? command.text(1) : DEFAULT_USER;
        if (isLetIn(who, command.copy(command.count() - 1))) {
            ok();
        }
    }

    /** Whether that is its password; else it is told so. */
    private boolean isLetIn(String who, byte[] password) {
        switch (host.access(local)) {
            case CLOSED -> {
                refuseStranger();
                return false;
            }
            case OPEN -> {
                error("ERR", "AUTH was sent, and no password is set here");
                return false;
            }
            case PASSWORD -> {
                if (host.isPassword(who, password)) {
                    user = who;
                    failures = 0;
                    welcome();
                    return true;
                }
                error("WRONGPASS", "invalid username-password pair or user is disabled.");
                if (++failures >= MAX_FAILURES) {
                    connection.leave();
                }
                return false;
            }
        }
        throw new IllegalStateException("no access is said");
    }

    private void hello(RespCommand command) {
        int wanted = version;
        int at = 1;
        if (command.count() > 1) {
            String said = word(command, at++);
            if (!said.equals("2") && !said.equals("3")) {
                error("NOPROTO", "unsupported protocol version; there are 2 and 3");
                return;
            }
            wanted = said.charAt(0) - '0';
        }
        String wantedName = name;
        int credentials = 0;
        while (at < command.count()) {
            if (command.is(at, "AUTH") && at + 2 < command.count()) {
                credentials = at + 1;
                at += 3;
            } else if (command.is(at, "SETNAME") && at + 1 < command.count()) {
                wantedName = command.text(at + 1);
                if (!isName(wantedName)) {
                    refuseName();
                    return;
                }
                at += 2;
            } else {
                error("ERR", "Syntax error in HELLO: HELLO [2|3 [AUTH user password] [SETNAME name]]");
                return;
            }
        }
        if (credentials > 0 && !isLetIn(command.text(credentials), command.copy(credentials + 1))) {
            return;
        }
        if (!known) {
            refuseStranger();
            return;
        }
        name = wantedName;
        version = wanted;
        connection.answer(out -> {
            RespWriter.map(out, 7, version);
            RespWriter.bulk(out, "server");
            RespWriter.bulk(out, "moa");
            RespWriter.bulk(out, "version");
            RespWriter.bulk(out, REDIS_VERSION);
            RespWriter.bulk(out, "proto");
            RespWriter.integer(out, version);
            RespWriter.bulk(out, "id");
            RespWriter.integer(out, id);
            RespWriter.bulk(out, "mode");
            RespWriter.bulk(out, "standalone");
            RespWriter.bulk(out, "role");
            RespWriter.bulk(out, "master");
            RespWriter.bulk(out, "modules");
            RespWriter.array(out, 0);
        });
    }

    /** As Redis has it: what would look like several, or like none, is no name. */
    private static boolean isName(String name) {
        return name.length() <= MAX_NAME_CHARS
                && name.chars().allMatch(each -> each > ' ' && each != 127 && each != 0xFFFD);
    }

    private void refuseName() {
        error("ERR", "Client names cannot contain spaces, newlines or special characters.");
    }

    // ---- what it asks for

    private void answer(String verb, RespCommand command) {
        switch (verb) {
            case "PING" -> {
                if (command.count() > 1) {
                    echo(command);
                } else {
                    connection.answer(out -> RespWriter.simple(out, "PONG"));
                }
            }
            case "ECHO" -> {
                if (hasArguments(command, 2, 2)) {
                    echo(command);
                }
            }
            case "SELECT" -> {
                if (command.count() == 2 && command.is(1, "0")) {
                    ok();
                } else {
                    error("ERR", "DB index is out of range: there is one, 0");
                }
            }
            case "CLIENT" -> client(command);
            case "INFO" -> connection.answer(out -> RespWriter.bulk(out, info()));
            case "COMMAND" -> {
                if (command.count() > 1 && command.is(1, "COUNT")) {
                    connection.answer(out -> RespWriter.integer(out, 0));
                } else if (command.count() > 1 && command.is(1, "DOCS")) {
                    connection.answer(out -> RespWriter.map(out, 0, version));
                } else {
                    connection.answer(out -> RespWriter.array(out, 0));
                }
            }
            case "CONFIG" -> {
                if (command.count() > 1 && command.is(1, "GET")) {
                    connection.answer(out -> RespWriter.map(out, 0, version));
                } else {
                    error("ERR", "nothing can be configured here");
                }
            }
            case "RESET" -> {
                name = "";
                version = 2;
                if (host.access(local) == RespHost.Access.PASSWORD) {
                    known = false;
                    user = DEFAULT_USER;
                    connection.forget();
                }
                connection.answer(out -> RespWriter.simple(out, "RESET"));
            }
            default -> own(verb, command);
        }
    }

    private void echo(RespCommand command) {
        ByteBuf said = command.slice(1);
        connection.answer(out -> {
            RespWriter.bulkHeader(out, said.readableBytes());
            out.writeBytes(said, said.readerIndex(), said.readableBytes());
            RespWriter.bulkEnd(out);
        });
    }

    private void client(RespCommand command) {
        String part = command.count() > 1 ? word(command, 1) : "";
        switch (part) {
            case "SETNAME" -> {
                if (command.count() != 3 || !isName(command.text(2))) {
                    refuseName();
                } else {
                    name = command.text(2);
                    ok();
                }
            }
            case "GETNAME" -> connection.answer(out -> RespWriter.bulk(out, name));
            case "ID" -> connection.answer(out -> RespWriter.integer(out, id));
            case "SETINFO", "NO-EVICT", "NO-TOUCH" -> ok();
            default ->
                error("ERR", "unknown subcommand; there are SETNAME, GETNAME, SETINFO, ID, NO-EVICT and NO-TOUCH");
        }
    }

    private String info() {
        return "# Server\r\nredis_version:" + REDIS_VERSION + "\r\nredis_mode:standalone\r\nmoa_application:"
                + server.self().application() + "\r\nmoa_instance:"
                + server.self().instance()
                + "\r\n\r\n# Persistence\r\nloading:0\r\n\r\n# Replication\r\nrole:master\r\nconnected_slaves:0\r\n";
    }

    private void own(String verb, RespCommand command) {
        List<String> arguments = new ArrayList<>();
        for (int i = 1; i < command.count(); i++) {
            arguments.add(command.text(i));
        }
        CompletableFuture<RespAnswer> answer = host.command(verb, arguments);
        if (answer == null) {
            error(
                    "ERR",
                    "unknown command" + (verb.isEmpty() ? "" : " '" + verb + "'")
                            + "; calls are GET <json> and MGET <json> ..., and there are "
                            + String.join(", ", host.commands()));
            return;
        }
        RespConnection.Promised promised = connection.promise();
        answer.whenComplete((told, failed) -> promised.keep(out -> {
            if (told instanceof RespAnswer.Text text) {
                RespWriter.bulk(out, text.text());
            } else if (told instanceof RespAnswer.Texts texts) {
                RespWriter.array(out, texts.texts().size());
                texts.texts().forEach(each -> RespWriter.bulk(out, each));
            } else if (told instanceof RespAnswer.Refusal refusal) {
                RespWriter.error(out, refusal.code(), refusal.why());
            } else {
                RespWriter.error(out, "ERR", verb + " failed: " + failed);
            }
        }));
    }

    // ---- calls

    /** @param memory of the buffer of which the request is a slice, in bytes */
    private void call(ByteBuf json, int memory) {
        if (connection.isDraining()) {
            refuse(Status.DRAINING, "This server is closing and takes no new calls; the call was not run");
            return;
        }
        int bytes = json.readableBytes();
        if (!connection.room().holdRequest(bytes)) {
            refuse(
                    Status.OVERLOADED,
                    "This server holds nearly as many bytes of requests that are not answered yet as it may");
            return;
        }
        boolean begun = false;
        try {
            Invocation call = invocation(read(json), memory);
            begun = true;
            Reply.Failure refused = connection.begin(call, bytes);
            if (refused != null) {
                refuse(refused);
            }
        } catch (SerializationException e) { // nobody knows what is meant
            refuse(e.reason().status(), String.valueOf(e.getMessage()));
        } finally {
            if (!begun) {
                connection.room().releaseRequest(bytes);
            }
        }
    }

    private JsonRequest read(ByteBuf json) {
        JsonRequest request = host.read(json, last);
        if (request.envelope() != last) {
            last = request.envelope().isShort() ? request.envelope() : null; // an idle connection keeps it
            lastMeant = null;
        }
        return request;
    }

    private RespHost.Meant meant(JsonRequest request) {
        RespHost.Target known = lastMeant;
        if (known != null) {
            return known;
        }
        RespHost.Meant meant = host.target(request);
        if (meant instanceof RespHost.Target target && target.whateverArguments()) {
            lastMeant = target;
        }
        return meant;
    }

    private Invocation invocation(JsonRequest request, int memory) {
        RespHost.Meant meant = meant(request);
        if (meant instanceof RespHost.Unclear unclear) {
            Attributes facts = host.refused(Attributes.EMPTY, unclear.status(), unclear.why());
            return invocation(request, unknown(request), Payload.EMPTY, DEFAULT_TIMEOUT, facts);
        }
        RespHost.Target target = (RespHost.Target) meant;
        try {
            ByteBuf list = target.asSent() ? request.argumentsAsSent() : request.argumentsFor(target.parameters());
            boolean slice = target.asSent() || request.argumentNames() == null;
            Payload arguments = new BytesPayload(
                    slice && !request.isCopied() ? KeptBytes.ofSlice(list, memory) : list, request.argumentTexts());
            return invocation(
                    request, target.method(), arguments, target.timeout().get(), target.attributes());
        } catch (SerializationException e) {
            Attributes facts = host.refused(target.attributes(), e.reason().status(), String.valueOf(e.getMessage()));
            return invocation(
                    request, target.method(), Payload.EMPTY, target.timeout().get(), facts);
        }
    }

    private static MethodId unknown(JsonRequest request) {
        String types = request.signature();
        return new MethodId(request.method(), types == null ? UNKNOWN_TYPES : types);
    }

    private Invocation invocation(
            JsonRequest request, MethodId method, Payload arguments, Duration timeout, Attributes facts) {
        long now = connection.heardNanos();
        long nanos = request.timeoutMillis() > 0
                ? TimeUnit.MILLISECONDS.toNanos(request.timeoutMillis())
                : timeout.toNanos();
        return Invocation.of(request.service(), method, arguments, new Ledger(Phase.SERVER_QUEUE, now))
                .oneWay(request.oneWay())
                .deadline(Deadline.after(nanos, now))
                .caller(caller(request))
                .baggage(request.baggage())
                .idempotencyKey(request.idempotencyKey())
                .attributes(facts)
                .build();
    }

    /** Who has said a password is who it was said for; else who says it. */
    private Caller caller(JsonRequest request) {
        if (!user.equals(DEFAULT_USER)) {
            return new Caller(user, "");
        }
        Caller said = request.caller();
        return said.equals(Caller.UNKNOWN) && !name.isEmpty() ? new Caller(name, "") : said;
    }

    private void refuse(Status status, String why) {
        refuse(Reply.failure(status, Executed.NO, why));
    }

    private void refuse(Reply.Failure failure) {
        ByteBuf json = connection.buffer(256);
        try {
            JsonReply.writeError(failure, json);
            connection.answer(out -> {
                RespWriter.bulkHeader(out, json.readableBytes());
                out.writeBytes(json, json.readerIndex(), json.readableBytes());
                RespWriter.bulkEnd(out);
            });
        } finally {
            json.release();
        }
    }
}
