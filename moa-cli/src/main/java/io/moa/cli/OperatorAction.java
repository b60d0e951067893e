package io.moa.cli;

import io.moa.discovery.OperatorState;
import io.moa.registry.redis.InstanceReport;
import io.moa.registry.redis.OperatorDesk;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** A decision about one process: which, in which registry, and by whom. */
final class OperatorAction {

    /** What is decided. */
    @FunctionalInterface
    interface Decision {
        CompletableFuture<OperatorState> at(OperatorDesk desk, String uuid, String author);
    }

    @Spec(Spec.Target.MIXEE)
    private CommandSpec spec;

    @Mixin
    private RegistryOption registry;

    @Mixin
    private InstanceArgument instance;

    @Option(
            names = "--author",
            paramLabel = "NAME",
            description = "Who decides, for the record; default: the user of this command.")
    private @Nullable String author;

    int decide(Decision decision) {
        String name = author != null ? author : System.getProperty("user.name", "unknown");
        return registry.atDesk(desk -> {
            InstanceReport before = instance.find(desk);
            RegistryOption.answer(decision.at(desk, before.uuid(), name));
            InstanceReport after = RegistryOption.answer(desk.instance(before.uuid()));
            spec.commandLine()
                    .getOut()
                    .println((after.instance() == null
                                    ? Printable.of(after.uuid())
                                    : Printable.of(String.valueOf(after.instance())))
                            + ": " + String.join(", ", InstanceState.of(after)) + "; decided: "
                            + told(after.operator()));
            return 0;
        });
    }

    /** A decision in words. */
    static String told(OperatorState state) {
        if (state.equals(OperatorState.NONE)) {
            return "nothing";
        }
        StringBuilder text = new StringBuilder(state.offline() ? "offline" : "");
        if (state.weight() != null) {
            text.append(text.isEmpty() ? "" : ", ").append("weight ").append(state.weight());
        }
        if (state.tag() != null) {
            text.append(text.isEmpty() ? "" : ", ").append("tag ").append(Printable.of(state.tag()));
        }
        return text.toString();
    }
}
