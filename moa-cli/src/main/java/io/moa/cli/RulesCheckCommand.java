package io.moa.cli;

import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.ParentCommand;
import picocli.CommandLine.Spec;

/** {@code moa rules check}. */
@Command(
        name = "check",
        mixinStandardHelpOptions = true,
        description =
                "Says everything that is wrong with rules in files, each with its place; asks no registry. Exits 1 if"
                        + " something is.")
final class RulesCheckCommand implements Callable<Integer> {

    private static final String ANY = "any"; // a file says nothing about the id under which it will be stored

    @ParentCommand
    private RulesCommand rules;

    @Spec
    private CommandSpec spec;

    @Parameters(arity = "1..*", paramLabel = "FILE", description = "the JSON of a rule; - for the standard input")
    private List<String> files;

    @Override
    public Integer call() {
        int bad = 0;
        for (String file : files) {
            RuleFile given = RuleFile.read(spec, file);
            List<String> faults = given.faults(ANY);
            if (faults.isEmpty()) {
                rules.out().println(given.name() + ": good");
            } else {
                bad++;
                faults.forEach(fault ->
                        spec.commandLine().getErr().println("moa: " + given.name() + ": " + Printable.of(fault)));
            }
        }
        return bad == 0 ? 0 : 1;
    }
}
