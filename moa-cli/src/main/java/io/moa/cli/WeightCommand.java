package io.moa.cli;

import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code moa weight}. */
@Command(
        name = "weight",
        mixinStandardHelpOptions = true,
        description = "Replaces the weight of a process; neither heartbeat nor restart undoes it.")
final class WeightCommand implements Callable<Integer> {

    @Spec
    private CommandSpec spec;

    @Mixin
    private OperatorAction action;

    @Parameters(
            index = "1",
            paramLabel = "WEIGHT",
            description = "0 to 10000, where 100 is what a process has that says nothing; own for the process's own")
    private String weight;

    @Override
    public Integer call() {
        Integer value = weight.equals("own") ? null : number();
        return action.decide((desk, uuid, author) -> desk.weight(uuid, value, author));
    }

    private int number() {
        try {
            int number = Integer.parseInt(weight);
            if (number >= 0 && number <= 10_000) {
                return number;
            }
        } catch (NumberFormatException e) {
            // told below
        }
        throw new ParameterException(
                spec.commandLine(), "WEIGHT is a whole number from 0 to 10000, or own; not '" + weight + "'");
    }
}
