package io.moa.cli;

import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;

/** {@code moa offline}. */
@Command(
        name = "offline",
        mixinStandardHelpOptions = true,
        description =
                "Takes a process out of service, until ./moa online. Its calls under way are answered; neither heartbeat nor restart undoes it.")
final class OfflineCommand implements Callable<Integer> {

    @Mixin
    private OperatorAction action;

    @Override
    public Integer call() {
        return action.decide((desk, uuid, author) -> desk.offline(uuid, author));
    }
}
