package io.moa.operations;

import io.moa.annotation.MoaService;
import java.util.Map;

/**
 * What a process says about its own calls: its list of instances, its labels, what it has learnt, its samples. No process offers it by
 * itself, because the answers tell of instances and of values out of users' calls: whoever wants to be asked exports it, by a server of its own
 * at an address that only operators reach, announced in no registry. {@code ./moa top}, {@code ./moa explain … --process}, {@code
 * ./moa rules dry-run … --process} and {@code ./moa rules get --process} ask.
 *
 * <p>Questions and answers are texts and plain values, so that a caller in any language can ask. A question that cannot be answered is refused with a
 * sentence that says what is expected.
 */
@MoaService(name = "moa.Operations")
public interface Operations {

    /**
     * What would become of a call, and why; nothing is sent.
     *
     * @param service {@code [group/]name[:version]}
     * @param method a name, or one with its parameter types, such as {@code reserve(java.lang.String)}
     * @param facts what rules may ask of the call, by the names that rules have for it, such as {@code key.customer} or {@code tag}
     * @return for people, on several lines
     */
    String explain(String service, String method, Map<String, String> facts);

    /**
     * What a rule would change for calls that this process made of late; nothing is sent, and the rule is not in force by it.
     *
     * @param rule its id
     * @param json its form; empty for what would change if it were taken away
     * @return for people, on several lines
     */
    String dryRun(String rule, String json);

    /**
     * The rules that this process holds, whether they are in force in it or not, and wherever it has them from: its registry, the disk, or
     * a registry that has lost them since. Of a rule that is wrong as it is stored it is the good version that this process goes by, if any.
     *
     * @return a JSON object with each rule under its id, as {@code ./moa rules put --all} takes it; an empty one for none
     */
    String rules();

    /**
     * What this process has seen of late: of the calls that it makes and serves, and of what stands in their way. The answer is as long as was
     * asked for, however many methods there are.
     *
     * @param seconds how many seconds to look back, 1 to 59; the present one, which is not over, is not among them
     * @param most how many methods of each side, breakers, services, servers and pools of workers to tell of at most, 1 to 100
     * @param order which methods come first
     * @throws IllegalArgumentException if one of these is out of range, or the process does not remember its calls
     */
    ProcessReport top(int seconds, int most, CallOrder order);
}
