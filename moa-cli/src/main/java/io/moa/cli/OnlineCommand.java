package io.moa.cli;

import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;

/** {@code moa online}. */
@Command(name = "online", mixinStandardHelpOptions = true, description = "Takes ./moa offline back.")
final class OnlineCommand implements Callable<Integer> {

    @Mixin
    private OperatorAction action;

    @Override
    public Integer call() {
        return action.decide((desk, uuid, author) -> desk.online(uuid, author));
    }
}
