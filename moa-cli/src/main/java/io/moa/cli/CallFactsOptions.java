package io.moa.cli;

import io.moa.governance.sample.CallFacts;
import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** What rules may ask of a call, as options. */
final class CallFactsOptions {

    @Spec(Spec.Target.MIXEE)
    private CommandSpec spec;

    @Option(names = "--tag", paramLabel = "TAG", description = "The lane of the call.")
    private @Nullable String tag;

    @Option(names = "--load-test", description = "The call is load-test traffic.")
    private boolean loadTest;

    @Option(
            names = "--criticality",
            paramLabel = "NAME",
            description = "critical-plus, critical, sheddable-plus or sheddable; default the method's.")
    private @Nullable String criticality;

    @Option(
            names = "--key",
            paramLabel = "NAME=VALUE",
            description = "A value out of the arguments, by the name of its call key; may be repeated.")
    private Map<String, String> keys = new LinkedHashMap<>();

    @Option(
            names = "--attachment",
            paramLabel = "NAME=VALUE",
            description = "A text that travels with the call; may be repeated.")
    private Map<String, String> attachments = new LinkedHashMap<>();

    /**
     * The facts by the names that they have in rules.
     *
     * @throws ParameterException if the call cannot have them
     */
    Map<String, String> texts() {
        Map<String, String> texts = new LinkedHashMap<>();
        if (tag != null) {
            texts.put("tag", tag);
        }
        if (loadTest) {
            texts.put("load-test", "true");
        }
        if (criticality != null) {
            texts.put("criticality", criticality);
        }
        keys.forEach((name, value) -> texts.put("key." + name, value));
        attachments.forEach((name, value) -> texts.put("attachment." + name, value));
        try {
            CallFacts.ofTexts(texts);
        } catch (IllegalArgumentException e) {
            throw new ParameterException(spec.commandLine(), String.valueOf(e.getMessage()), e);
        }
        return texts;
    }

    /** As {@link #texts}. */
    CallFacts read() {
        return CallFacts.ofTexts(texts());
    }
}
